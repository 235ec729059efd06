import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Submission } from '../domain/submission.ts';
import type { EvidenceDocument } from './evidence-request.ts';
import type { GatheredInput } from './gather-inputs.ts';

/** A document of the submission with what was read of it; `digest` is null when it could not be read. */
export interface ReadDocument {
  kind: string;
  uri: string;
  declaredDigest: string;
  digest: string | null;
  bytes: number | null;
  problem: string | null;
  mediaType: string;
  text: string | null;
  /** Holds no byte, or nothing but white space. */
  empty: boolean;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.txt': 'text/plain',
  '.json': 'application/json',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
  '.csv': 'text/csv',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.pdf': 'application/pdf',
};
const binary = 'application/octet-stream';

/** Longer texts are kept by digest only. */
const longestText = 1024 * 1024;

export async function readDocuments(submission: Submission, inputs: readonly GatheredInput[]): Promise<ReadDocument[]> {
  const files = inputs.filter(({ name }) => name.startsWith('documents/'));
  return Promise.all(
    submission.documents.map(async ({ kind, uri, digest: declaredDigest }, index) => {
      const input = files[index];
      if (input === undefined || input.uri !== uri) throw new TypeError(`The document ${kind} was not gathered`);
      const named = mediaTypes[extname(uri).toLowerCase()];
      const base = {
        kind,
        uri,
        declaredDigest,
        digest: input.actualDigest,
        bytes: input.bytes,
        problem: input.problem,
      };
      if (input.copy === null || input.bytes === null)
        return { ...base, mediaType: named ?? binary, text: null, empty: false };
      const text =
        input.bytes > longestText || named === 'application/pdf' ? null : decodeText(await readFile(input.copy));
      const mediaType = named ?? (text === null ? binary : 'text/plain');
      return { ...base, mediaType, text, empty: input.bytes === 0 || text?.trim() === '' };
    }),
  );
}

/** The text of UTF-8 bytes; null when they are none, or hold NUL, which no text does. */
function decodeText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\u0000') ? null : text;
  } catch {
    return null;
  }
}

export const toEvidenceDocument = ({ kind, digest, mediaType, text }: ReadDocument): EvidenceDocument[] =>
  digest === null ? [] : [{ kind, digest, mediaType, text }];
