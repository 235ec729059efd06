// The version that a delivery is about: found, journaled and answered.
import { and, eq } from 'drizzle-orm';
import type { Actor } from '../../domain/actor.ts';
import { Refused } from '../../domain/errors.ts';
import type { NewEntry } from '../../domain/journal.ts';
import type { Submission } from '../../domain/submission.ts';
import type { DbOrTx } from '../../db/client.ts';
import { lockVersion } from '../../db/queries/intake.ts';
import type { VersionRow } from '../../db/queries/versions.ts';
import { processes } from '../../db/schema/index.ts';
import type { IntakeAnswer } from '../schemas/views.ts';
import type { Received } from './delivery-transaction.ts';
import type { Deps } from './deps.ts';
import { fileProblems } from './file-problems.ts';

export async function getVisibleVersion(
  tx: DbOrTx,
  received: Received,
  model: string,
  name: string,
): Promise<VersionRow> {
  const version = await lockVersion(tx, model, name);
  if (!version || version.submittedBy !== received.account)
    throw new Refused('NOT_FOUND', `This source has submitted no ${model} ${name}.`);
  return version;
}

export async function getLifecycleId(tx: DbOrTx, versionId: string): Promise<string> {
  const [process] = await tx
    .select({ id: processes.id })
    .from(processes)
    .where(and(eq(processes.modelVersionId, versionId), eq(processes.kind, 'lifecycle')));
  if (!process) throw new Error(`Model version ${versionId} has no lifecycle`);
  return process.id;
}

export function refuseUnreadableFiles(deps: Deps, submission: Submission): void {
  const errors = fileProblems(submission, deps.fileRoots);
  if (errors.length > 0) throw new Refused('INVALID', 'A file lies where this installation may not read.', { errors });
}

export const accountActor = (received: Received): Actor => ({ type: 'service_account', id: received.account });

export function submittedEntry(
  received: Received,
  submission: Submission,
  versionId: string,
  processId: string,
): NewEntry {
  return {
    stream: versionId,
    type: 'model_version.submitted',
    actor: accountActor(received),
    reason: `Pipeline delivered ${received.deliveryId}.`,
    data: {
      model: submission.model,
      version: submission.version,
      riskTier: submission.riskTier,
      owner: submission.owner,
      author: submission.author,
      contributors: submission.contributors,
      artifactDigest: submission.artifact.digest,
      processId,
      delivery: { source: received.source, id: received.deliveryId, bodyDigest: received.bodyDigest },
    },
  };
}

export function answerOf(
  deps: Deps,
  received: Received,
  { model, version }: Pick<Submission, 'model' | 'version'>,
  modelVersionId: string,
  processId: string,
): IntakeAnswer {
  const path = `/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`;
  return {
    deliveryId: received.deliveryId,
    modelVersionId,
    processId,
    links: { self: `${deps.publicUrl}/v1${path}`, html: `${deps.publicUrl}${path}` },
  };
}
