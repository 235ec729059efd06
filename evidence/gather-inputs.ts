// Reads every file that a submission names once, digesting it; what will be looked into is copied to a private folder in the same pass.
import { join } from 'node:path';
import type { EvidenceInput } from '../domain/evidence.ts';
import type { Submission } from '../domain/submission.ts';
import type { EvidenceRequest } from './evidence-request.ts';
import type { OpenedFile, OpenFile } from './open-file.ts';

/** A file of the submission: what it turned out to be, and where our own copy of those bytes lies. */
export interface GatheredInput extends EvidenceInput {
  copy: string | null;
}

interface NamedFile {
  name: string;
  uri: string;
  declaredDigest: string;
  /** Whether its content is looked into, and not only its digest. */
  keep: boolean;
  maximumBytes: number;
}

const gib = 1024 ** 3;
const limits = { artifact: 64 * gib, trainingData: 64 * gib, predictions: 4 * gib, document: gib / 32 };

export interface GatherOptions {
  openFile: OpenFile;
  /** An empty folder that nobody else reads or writes. */
  scratch: string;
  signal?: AbortSignal;
}

export async function gatherInputs(
  request: Pick<EvidenceRequest, 'submission' | 'fileRoots'>,
  options: GatherOptions,
): Promise<GatheredInput[]> {
  const files = namedFiles(request.submission);
  const opened = new Map<string, { answer: OpenedFile; copy: string }>();
  for (const { uri } of files) {
    if (opened.has(uri)) continue;
    const uses = files.filter((file) => file.uri === uri);
    const copy = join(options.scratch, `input-${opened.size}`);
    const answer = await options.openFile(uri, request.fileRoots, {
      ...(uses.some((file) => file.keep) && { copyTo: copy }),
      maximumBytes: Math.min(...uses.map((file) => file.maximumBytes)),
      ...(options.signal && { signal: options.signal }),
    });
    opened.set(uri, { answer, copy });
  }
  return files.map(({ name, uri, declaredDigest, keep }) => {
    const read = opened.get(uri);
    if (read === undefined) throw new TypeError(`${name} was not read`);
    const { answer, copy } = read;
    return answer.ok
      ? {
          name,
          uri,
          declaredDigest,
          actualDigest: answer.digest,
          bytes: answer.bytes,
          problem: null,
          copy: keep ? copy : null,
        }
      : { name, uri, declaredDigest, actualDigest: null, bytes: null, problem: answer.problem, copy: null };
  });
}

function namedFiles(submission: Submission): NamedFile[] {
  const files: NamedFile[] = [];
  const add = (
    name: string,
    file: { uri: string; digest: string } | undefined,
    keep: boolean,
    maximumBytes: number,
  ) => {
    if (file !== undefined) files.push({ name, uri: file.uri, declaredDigest: file.digest, keep, maximumBytes });
  };
  add('artifact', submission.artifact, false, limits.artifact);
  add('lineage/trainingData', submission.lineage.trainingData, false, limits.trainingData);
  add('predictions/training', submission.predictions.training, true, limits.predictions);
  add('predictions/validation', submission.predictions.validation, true, limits.predictions);
  submission.documents.forEach((document, index) => {
    const before = submission.documents.slice(0, index).filter(({ kind }) => kind === document.kind).length;
    add(`documents/${document.kind}${before === 0 ? '' : `#${before + 1}`}`, document, true, limits.document);
  });
  return files;
}
