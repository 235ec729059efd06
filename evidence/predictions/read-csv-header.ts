import { open } from 'node:fs/promises';

const longestHeader = 1024 * 1024;
const mostColumns = 10_000;

/**
 * The names in the header line of a comma-separated file. We read it ourselves, because DuckDB's own detection may take leading rows for
 * noise and drop them. A header that cannot be read is an answer.
 */
export async function readCsvHeader(path: string): Promise<string[] | { problem: string }> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(longestHeader);
    const { bytesRead } = await file.read(head, 0, longestHeader, 0);
    const text = new TextDecoder('utf-8', { fatal: bytesRead < longestHeader }).decode(head.subarray(0, bytesRead));
    return parseHeader(text);
  } catch (error) {
    if (error instanceof TypeError) return { problem: 'The file is not UTF-8 text.' };
    throw error;
  } finally {
    await file.close();
  }
}

/** The first record: fields joined by commas, quoted by ", a quote within quotes doubled. */
export function parseHeader(text: string): string[] | { problem: string } {
  const names: string[] = [];
  let name = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (quoted) {
      if (character !== '"') name += character;
      else if (text[i + 1] === '"') name += text[++i];
      else quoted = false;
    } else if (character === '"' && name === '') quoted = true;
    else if (character === ',') {
      names.push(name);
      name = '';
      if (names.length >= mostColumns) return { problem: `The file has more than ${mostColumns} columns.` };
    } else if (character === '\n' || character === '\r') return [...names, name];
    else name += character;
  }
  if (quoted || text.length >= longestHeader) return { problem: 'The header line does not end.' };
  return [...names, name];
}
