import { readFileSync } from 'node:fs';
import { Failure } from './failure.ts';

/** A file's text; `-` is standard input, which can be read once. */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `file`: whose text it is. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
