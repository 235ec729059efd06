// Packs of the mortgage example's version 2 on files that a test wrote, in a folder of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuiltEvidence } from '../../evidence/evidence-request.ts';
import { buildHere } from './build-in-process.ts';
import { fileOf, mortgageFolder, mortgageSubmission, requestFor } from './mortgage-example.ts';
import { mortgageRows, writePredictions } from './write-predictions.ts';

/** The validation rows, with some columns replaced as SQL says. */
export const rows = (replace: string) => mortgageRows(mortgageFolder, 2, replace);

export async function openGivenFiles() {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-test-'));

  /** The pack with another submission than the usual one of version 2. */
  const build = (over: Record<string, unknown>): Promise<BuiltEvidence> =>
    buildHere(requestFor(mortgageSubmission(2, over), { fileRoots: [mortgageFolder, folder] }));

  /** The pack with another validation file, and with other columns named where given. */
  const withValidation = (
    file: { uri: string; digest: string } | undefined,
    columns: Record<string, unknown> = {},
  ): Promise<BuiltEvidence> =>
    build({
      predictions: { training: fileOf('v2-training.parquet'), ...(file && { validation: file }) },
      columns: { id: 'application_id', protected: ['afam', 'single'], ...columns },
    });

  return {
    folder,
    build,
    withValidation,
    /** The pack with the rows of this query as validation file. */
    withRows: async (
      name: string,
      query: string,
      columns: Record<string, unknown> = {},
      format: 'parquet' | 'csv' = 'parquet',
    ): Promise<BuiltEvidence> => {
      await writePredictions(join(folder, name), query, format);
      return withValidation(fileOf(name, folder), columns);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
