// The second place that keeps checkpoints: a file of signed notes with an empty line between, on a disk, share or append-only mount that the operator names.
import { closeSync, existsSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

// Signatures end with the padding of their base64: a line that a crash left half is none.
const notePattern = /[^\n]+\n\d+\n[^\n]+\n\n(?:— [^\n]+=\n)+/gu;
const TAIL_BYTES = 16_384;

/** The notes in a text, whatever stands between them. */
export const splitNotes = (text: string): string[] => text.match(notePattern) ?? [];

/** Adds a note and waits until the disk has it. */
export function appendNote(path: string, note: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a', 0o644);
  try {
    // The line break ends whatever a crash left before.
    writeSync(file, `\n${note}`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The note that was added last; undefined when there is none yet. */
export function readLastNote(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, tail, 0, tail.length, size - tail.length);
    return splitNotes(tail.toString()).at(-1);
  } finally {
    closeSync(file);
  }
}
