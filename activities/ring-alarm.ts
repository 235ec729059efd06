import type { Alarm } from '../domain/alarm.ts';
import { isClosed } from '../domain/review.ts';
import type { DbOrTx } from '../db/client.ts';
import { escalateReview } from '../db/queries/escalate-review.ts';
import { appendEntries } from '../db/queries/journal.ts';
import { isReviewBegun, lockReview, markReminded, type ReviewRow } from '../db/queries/reviews.ts';
import type { ActivityDeps } from './deps.ts';

export interface RingAlarm {
  reviewId: string;
  alarm: Exclude<Alarm, { what: 'settle' }>;
}

const actor = { type: 'system', id: 'deadline' } as const;

/** Reminds or escalates, once an alarm. Nothing rings on a review that is closed or waits for information. */
export async function ringAlarm(deps: ActivityDeps, { reviewId, alarm }: RingAlarm): Promise<void> {
  await deps.database.withTransaction(async (tx) => {
    const review = await lockReview(tx, reviewId);
    if (!review || isClosed(review.state) || review.state === 'SUSPENDED') return;
    const at = deps.now();
    switch (alarm.what) {
      case 'remind':
        return remind(tx, review, alarm, 'The deadline comes near.', at);
      case 'start':
        if (await isReviewBegun(tx, reviewId)) return;
        return remind(tx, review, alarm, 'Nobody has begun, and by now somebody should have.', at);
      case 'escalate': {
        const step = review.terms.signOff.escalation[alarm.step];
        if (!step || (await hasRung(tx, review, alarm))) return;
        const reason = 'The policy asks others too when a review has waited this long.';
        await escalateReview(tx, review, { to: step.to, actor, reason, at, alarm: alarm.at });
      }
    }
  });
  deps.wakeRelay();
}

async function remind(tx: DbOrTx, review: ReviewRow, alarm: Alarm, reason: string, at: Date): Promise<void> {
  if (await hasRung(tx, review, alarm)) return;
  await markReminded(tx, review.id, at);
  await appendEntries(
    tx,
    [
      {
        stream: review.modelVersionId,
        type: 'review.reminded',
        actor,
        reason,
        data: {
          reviewId: review.id,
          processId: review.processId,
          signOff: review.signOff,
          dueAt: review.dueAt.toISOString(),
          alarm: alarm.at,
        },
      },
    ],
    at,
  );
}

/** A step that is run again after a crash finds its own entry. */
async function hasRung(tx: DbOrTx, review: ReviewRow, alarm: Alarm): Promise<boolean> {
  const entries = await tx.query.journalEntries.findMany({
    columns: { content: true },
    where: (entry, { and, eq, inArray }) =>
      and(eq(entry.stream, review.modelVersionId), inArray(entry.type, ['review.reminded', 'review.escalated'])),
  });
  return entries.some(({ content }) => {
    const { data } = JSON.parse(content.toString()) as { data: Record<string, unknown> };
    return data.reviewId === review.id && data.alarm === alarm.at;
  });
}
