// A review as its process opens it, without a workflow engine: candidates, exclusions and journal are the real ones.
import { and, eq } from 'drizzle-orm';
import { beginProcess } from '../../activities/begin-process.ts';
import { openReviews } from '../../activities/open-reviews.ts';
import { receiveDelivery, type IntakeDeps } from '../../api/services/receive-delivery.ts';
import type { Submission } from '../../domain/submission.ts';
import { insertEvidencePack } from '../../db/queries/evidence.ts';
import { getPinnedPolicy } from '../../db/queries/policies.ts';
import { getVersionById } from '../../db/queries/versions.ts';
import type { ReviewRow } from '../../db/queries/reviews.ts';
import { modelVersions, processes, reviews } from '../../db/schema/index.ts';
import { buildEvidence, uniqueName } from './build.ts';
import { signedHeaders, webhookSecret } from './seed.ts';

/** Submits the version and opens its validation. */
export async function openRealReview(deps: IntakeDeps, submission: Submission): Promise<ReviewRow> {
  const { db } = deps.database;
  const event = { type: 'model_version.submitted', timestamp: '2026-11-21T10:00:00Z', data: submission };
  const rawBody = Buffer.from(JSON.stringify(event));
  const headers = signedHeaders(uniqueName('delivery'), rawBody, webhookSecret, deps.now());
  const { modelVersionId, processId } = await receiveDelivery(deps, { source: 'generic', rawBody, headers });
  const version = await getVersionById(db, modelVersionId);
  const policy = await getPinnedPolicy(db, version.policyId, version.policyVersion);
  const evidence = buildEvidence({
    modelVersion: { id: modelVersionId, model: version.model, version: version.version },
    round: 1,
    policy,
    champion: null,
    submission,
  } as Parameters<typeof buildEvidence>[0]);
  await insertEvidencePack(db, {
    digest: evidence.digest,
    modelVersionId,
    round: 1,
    criteriaDigest: evidence.pack.criteriaDigest,
    content: Buffer.from(evidence.bytes),
  });
  await db.update(modelVersions).set({ evidenceDigest: evidence.digest }).where(eq(modelVersions.id, modelVersionId));
  await beginProcess(deps, { lifecycleId: processId, modelVersionId, kind: 'validation', round: 1 });
  const [process] = await db
    .select()
    .from(processes)
    .where(and(eq(processes.modelVersionId, modelVersionId), eq(processes.kind, 'validation')));
  if (!process) throw new Error(`The validation of ${modelVersionId} did not begin`);
  const { reviews: opened } = await openReviews(deps, { processId: process.id, stage: 0 });
  const [review] = await db.select().from(reviews).where(eq(reviews.id, opened[0]!.id));
  if (!review) throw new Error(`${modelVersionId} has no review`);
  return review;
}
