import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FieldError } from '../../domain/errors.ts';
import type { Submission } from '../../domain/submission.ts';

/**
 * `file:` URIs that point outside the allowed folders, by their text alone: nothing is opened here.
 * Links are resolved where the file is read.
 */
export function fileProblems(submission: Submission, roots: readonly string[]): FieldError[] {
  const { artifact, lineage, predictions, documents } = submission;
  const files: [string, { uri: string } | undefined][] = [
    ['/data/artifact/uri', artifact],
    ['/data/lineage/trainingData/uri', lineage.trainingData],
    ['/data/predictions/training/uri', predictions.training],
    ['/data/predictions/validation/uri', predictions.validation],
    ...documents.map((document, index): [string, { uri: string }] => [`/data/documents/${index}/uri`, document]),
  ];
  return files.flatMap(([pointer, file]) =>
    file && isOutside(file.uri, roots)
      ? [{ pointer, message: 'lies outside the folders of COUNTERSIGN_FILE_ROOTS' }]
      : [],
  );
}

function isOutside(uri: string, roots: readonly string[]): boolean {
  if (!uri.startsWith('file:')) return false;
  try {
    const path = resolve(fileURLToPath(uri));
    return !roots.some((root) => path.startsWith(`${root}/`));
  } catch {
    return true;
  }
}
