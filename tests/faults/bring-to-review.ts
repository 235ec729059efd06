import { eq } from 'drizzle-orm';
import { beginProcess } from '../../activities/begin-process.ts';
import type { ActivityDeps } from '../../activities/deps.ts';
import { openReviews } from '../../activities/open-reviews.ts';
import type { Database } from '../../db/client.ts';
import { insertEvidencePack } from '../../db/queries/evidence.ts';
import { getPinnedPolicy } from '../../db/queries/policies.ts';
import { getVersionById } from '../../db/queries/versions.ts';
import { modelVersions } from '../../db/schema/index.ts';
import type { Submission } from '../../domain/submission.ts';
import { buildEvidence, buildSubmission, uniqueName } from '../support/build.ts';
import { openDesk } from './desk.ts';
import type { Ledger } from './ledger.ts';

/** A version whose validator is asked, as pipeline and workflow bring it there. */
export interface Waiting {
  submission: Submission;
  processId: string;
  reviewId: string;
  evidenceDigest: string;
}

export function activityDepsOf(database: Database): ActivityDeps {
  return { database, now: () => new Date(), fileRoots: ['/models'], wakeRelay: () => undefined };
}

/** Without a workflow: its steps, one after the other. */
export async function bringToReview(database: Database, ledger: Ledger): Promise<Waiting> {
  const submission = buildSubmission({ riskTier: 'medium' });
  const delivery = await openDesk(database).submit(uniqueName('delivery'), submission);
  ledger.deliveries.push(delivery);
  const { modelVersionId, processId: lifecycleId } = delivery;
  const deps = activityDepsOf(database);
  await beginProcess(deps, { lifecycleId, modelVersionId, kind: 'validation', round: 1 });
  const { rows } = await database.pool.query<{ id: string }>(
    `SELECT id FROM processes WHERE model_version_id = $1 AND kind = 'validation'`,
    [modelVersionId],
  );
  const processId = rows[0]!.id;
  const version = await getVersionById(database.db, modelVersionId);
  const { pack, bytes, digest } = buildEvidence({
    modelVersion: { id: version.id, model: version.model, version: version.version },
    round: 1,
    submission,
    policy: await getPinnedPolicy(database.db, version.policyId, version.policyVersion),
    champion: null,
    fileRoots: [],
  });
  await database.withTransaction(async (tx) => {
    await insertEvidencePack(tx, {
      digest,
      modelVersionId,
      round: 1,
      criteriaDigest: pack.criteriaDigest,
      content: Buffer.from(bytes),
    });
    await tx.update(modelVersions).set({ evidenceDigest: digest }).where(eq(modelVersions.id, modelVersionId));
  });
  const { reviews } = await openReviews(deps, { processId, stage: 0 });
  return { submission, processId, reviewId: reviews[0]!.id, evidenceDigest: digest };
}
