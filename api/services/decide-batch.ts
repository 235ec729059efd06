// One answer and one reason for several reviews at once. Each is a decision of its own, under a key of its own.
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { canonicalJson } from '../../domain/canonical.ts';
import { needsDisposition } from '../../domain/evidence.ts';
import { Refused, type FieldError } from '../../domain/errors.ts';
import { digestSchema } from '../../domain/digest.ts';
import { findReviewsById } from '../../db/queries/read-reviews.ts';
import type { ReviewRow } from '../../db/queries/reviews.ts';
import { decisionBatches } from '../../db/schema/index.ts';
import { sha256 } from '../../db/sha256.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { submitDecision } from './submit-decision.ts';
import { textSchema } from '../schemas/text.ts';
import { receiptSchema } from '../schemas/views.ts';
import { seesReview } from './visible-review.ts';

const MOST = 50;
/** The most that a policy's rule on reasons looks back. */
const MOST_REASONS = 20;

export const batchSchema = z.strictObject({
  /** As they were read. */
  reviews: z
    .array(z.strictObject({ id: z.string().min(1).max(200), revision: z.int().min(1), evidenceDigest: digestSchema }))
    .min(1)
    .max(MOST)
    .refine((reviews) => new Set(reviews.map(({ id }) => id)).size === reviews.length, 'name a review twice'),
  outcome: z.enum(['APPROVED', 'REJECTED', 'CHANGES_REQUESTED']),
  reason: textSchema(4000),
});
export type Batch = z.infer<typeof batchSchema>;

export const batchAnswerSchema = z.object({
  items: z.array(
    z.object({
      reviewId: z.string(),
      modelVersion: z.object({ id: z.string(), model: z.string(), version: z.string() }),
      /** Null where the decision was refused. */
      receipt: receiptSchema.nullable(),
      problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
    }),
  ),
});
export type BatchAnswer = z.infer<typeof batchAnswerSchema>;

/**
 * Decides on each review as it was quoted; the answers stand in the order of the reviews, each refused or recorded by itself.
 * Sent again under its key, whatever became of it the first time, it goes on where it stopped.
 * Throws, having decided nothing: NOT_FOUND where the caller sees no such review, INVALID where one of them is of tier high, or has findings or questions that an approval must answer one by one,
 * IDEMPOTENCY_CONFLICT where the key was used for another batch.
 */
export async function decideBatch(
  deps: Deps,
  caller: Caller,
  batch: Batch,
  idempotencyKey: string,
): Promise<BatchAnswer> {
  const { reviews, outcome, reason } = batch;
  const rows = await visibleRows(deps, caller, reviews);
  const named = { handle: caller.person.handle, idempotencyKey, commandDigest: digestOf(batch) };
  if (!(await isKept(deps, named))) {
    refuseAlone(batch, rows);
    await deps.database.db
      .insert(decisionBatches)
      .values({ ...named, createdAt: deps.now() })
      .onConflictDoNothing();
    // Another batch may have come first with the key.
    await isKept(deps, named);
  }
  const lastReasons = await reasonsBefore(deps, caller.person.handle, reviews.map(({ id }) => keyOf(idempotencyKey, id))); // prettier-ignore
  const items: BatchAnswer['items'] = [];
  for (const { id: reviewId, revision, evidenceDigest } of reviews) {
    const { modelVersionId, model, version } = rows.get(reviewId)!;
    const about = { reviewId, modelVersion: { id: modelVersionId, model, version } };
    const command = { outcome, reason, revision, evidenceDigest, form: { dispositions: [] } };
    try {
      const { receipt } = await submitDecision(deps, caller, { reviewId, command, idempotencyKey: keyOf(idempotencyKey, reviewId), lastReasons }); // prettier-ignore
      items.push({ ...about, receipt, problem: null });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      items.push({ ...about, receipt: null, problem: { code: error.code, detail: error.message } });
    }
  }
  return { items };
}

/** The same for the same answer to the same reviews, in whichever order. */
const digestOf = ({ reviews, outcome, reason }: Batch): string =>
  sha256(canonicalJson({ reviews: reviews.toSorted((a, b) => (a.id < b.id ? -1 : 1)), outcome, reason }));

/** Whether this very batch was begun before. Throws IDEMPOTENCY_CONFLICT where another one was, under its key. */
async function isKept(
  { database }: Deps,
  { handle, idempotencyKey, commandDigest }: Omit<typeof decisionBatches.$inferSelect, 'createdAt'>,
): Promise<boolean> {
  const [kept] = await database.db
    .select({ commandDigest: decisionBatches.commandDigest })
    .from(decisionBatches)
    .where(and(eq(decisionBatches.handle, handle), eq(decisionBatches.idempotencyKey, idempotencyKey)));
  if (kept && kept.commandDigest !== commandDigest)
    throw new Refused(
      'IDEMPOTENCY_CONFLICT',
      'This Idempotency-Key was used for another batch. Take a new key for a new batch.',
    );
  return kept !== undefined;
}

/** Throws INVALID, naming each that is not decided together with others. */
function refuseAlone({ reviews, outcome }: Batch, rows: ReadonlyMap<string, ReviewRow>): void {
  const errors = reviews.flatMap(({ id }, index): FieldError[] => {
    const row = rows.get(id)!;
    const why = whyAlone(row, outcome);
    return why === undefined ? [] : [{ pointer: `/reviews/${index}`, message: `${row.model} ${row.version} ${why}` }];
  });
  if (errors.length > 0)
    throw new Refused('INVALID', 'Some of these are decided one by one. Nothing was recorded.', { errors });
}

/** All of them, by id. Throws NOT_FOUND, naming each that the caller sees nothing of. */
async function visibleRows(deps: Deps, caller: Caller, reviews: Batch['reviews']): Promise<Map<string, ReviewRow>> {
  const found = await findReviewsById(deps.database.db, reviews.map(({ id }) => id)); // prettier-ignore
  const rows = new Map<string, ReviewRow>();
  for (const row of found) if (await seesReview(deps, caller, row)) rows.set(row.id, row);
  const errors = reviews.flatMap(({ id }, index) =>
    rows.has(id) ? [] : [{ pointer: `/reviews/${index}/id`, message: 'names no review that you can see' }],
  );
  if (errors.length > 0)
    throw new Refused('NOT_FOUND', 'Some of these reviews do not exist. Nothing was recorded.', { errors });
  return rows;
}

const keyOf = (batch: string, reviewId: string) => `batch/${batch}/${reviewId}`;

/** Why a review is not decided together with others; undefined when it may be. */
function whyAlone(row: ReviewRow, outcome: Batch['outcome']): string | undefined {
  if (row.riskTier === 'high') return 'is of high risk, which is decided by itself';
  if (outcome !== 'APPROVED') return undefined;
  if (row.terms.findingsToAnswer.some(needsDisposition)) return 'has findings that an approval must answer for';
  if (row.kind === 'sign_off' && row.terms.signOff.form.some(({ required }) => required))
    return 'asks questions that an approval must answer';
  return undefined;
}

/** The person's last reasons, those of this very batch left out: one reason for all is what a batch is. */
async function reasonsBefore({ database }: Deps, handle: string, keys: readonly string[]): Promise<string[]> {
  const { rows } = await database.pool.query<{ reason: string }>(
    'SELECT reason FROM decisions WHERE handle = $1 AND idempotency_key <> ALL ($2) ORDER BY decided_at DESC LIMIT $3',
    [handle, keys, MOST_REASONS],
  );
  return rows.map(({ reason }) => reason);
}
