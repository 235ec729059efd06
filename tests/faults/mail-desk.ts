// Reviews that a mail decides, planted with all that their page shows.
import type { Database } from '../../db/client.ts';
import { issueMailToken } from '../../db/queries/mail-tokens.ts';
import { getPinnedPolicy } from '../../db/queries/policies.ts';
import { receiveDelivery } from '../../api/services/receive-delivery.ts';
import { buildEvidence, buildPolicy, buildSubmission, uniqueName } from '../support/build.ts';
import { plantReviews } from '../support/plant-reviews.ts';
import { plantValidation } from '../support/plant-validation.ts';
import { signedHeaders } from '../support/seed.ts';
import { intakeDepsOf } from './crowd.ts';
import { bodyOfSubmission } from './desk.ts';

export const mailPolicies = [buildPolicy('low'), buildPolicy('medium'), buildPolicy('high')];

export interface MailReviewOnDesk {
  id: string;
  evidenceDigest: string;
  /** Path of the link that this person got. */
  linkFor: (handle: string) => Promise<string>;
}

const readers = ['validator-1', 'validator-2'];

/** Open reviews of one version; a mail is proof enough for each outcome. */
export async function plantMailReviews(database: Database, count: number, prefix: string): Promise<MailReviewOnDesk[]> {
  const { pool } = database;
  const submission = buildSubmission({ riskTier: 'low' });
  const rawBody = bodyOfSubmission(submission);
  const { modelVersionId } = await receiveDelivery(intakeDepsOf(database), {
    source: 'generic',
    rawBody,
    headers: signedHeaders(uniqueName('delivery'), rawBody),
  });
  const policy = await getPinnedPolicy(database.db, 'low', 1);
  const evidence = buildEvidence(
    {
      modelVersion: { id: modelVersionId, model: submission.model, version: submission.version },
      round: 1,
      policy,
      champion: null,
      submission,
    } as Parameters<typeof buildEvidence>[0],
    [],
  );
  const processId = `proc_${prefix}`;
  await database.withTransaction((tx) => plantValidation(tx, { processId, evidence }));
  const { ids } = await plantReviews(pool, { count, candidates: readers, prefix });
  await pool.query(
    `UPDATE reviews SET process_id = $2, model_version_id = $3, sign_off = 'validation-' || id, evidence_digest = $4,
       terms = jsonb_set(terms, '{rules,assurance}', '{"approve":"email","reject":"email","requestChanges":"email"}')
     WHERE id = ANY($1)`,
    [ids, processId, modelVersionId, evidence.digest],
  );
  const dueAt = new Date(Date.now() + 3 * 86_400_000).toISOString();
  return ids.map((id) => ({
    id,
    evidenceDigest: evidence.digest,
    linkFor: async (handle) => {
      const code = await issueMailToken(pool, { reviewId: id, revision: 1, dueAt }, { handle }, new Date());
      return `/mail/reviews/${id}?code=${code}`;
    },
  }));
}

export const pressFields = (review: MailReviewOnDesk, link: string, formToken: string) => ({
  code: new URL(link, 'http://x.test').searchParams.get('code') ?? '',
  formToken,
  outcome: 'APPROVED',
  reason: `Read the plan and the metrics, ${uniqueName('note')}`,
  revision: '1',
  evidenceDigest: review.evidenceDigest,
});

export const formTokenIn = (html: string): string | undefined => /name="formToken" value="([^"]+)"/.exec(html)?.[1];
