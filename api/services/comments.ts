// What people write around a review: comments, questions and answers, each with the people it names.
import { and, asc, eq, inArray } from 'drizzle-orm';
import { Refused } from '../../domain/errors.ts';
import type { DbOrTx } from '../../db/client.ts';
import { newId } from '../../db/new-id.ts';
import { people, reviewComments } from '../../db/schema/index.ts';
import { sha256 } from '../../db/sha256.ts';
import type { CommentView } from '../schemas/review-thread.ts';
import type { Caller } from './caller.ts';
import { changeReview, journal, type HeldReview, type ReviewChange } from './change-review.ts';
import type { Deps } from './deps.ts';
import { findVisibleReview } from './visible-review.ts';

export interface Comment extends ReviewChange {
  text: string;
  /** Names this press of the button; the same key with the same text again adds nothing. */
  idempotencyKey?: string;
}

/** Says something on a review; people named as `@handle` hear of it. Throws IDEMPOTENCY_CONFLICT where the key stands for another text. */
export function commentOnReview(
  deps: Deps,
  caller: Caller,
  { text, idempotencyKey, ...change }: Comment,
): Promise<{ comment: CommentView; repeated: boolean }> {
  const id = idempotencyKey === undefined ? newId('comment') : `cmt_${sha256(JSON.stringify([change.reviewId, caller.person.handle, idempotencyKey])).slice(7, 27)}`; // prettier-ignore
  return changeReview<{ comment: CommentView; repeated: boolean }>(deps, caller, change, {
    verb: 'comment',
    repeat: async ({ tx }) => {
      const standing = idempotencyKey === undefined ? undefined : await findComment(tx, id);
      if (standing && standing.text !== text)
        throw new Refused(
          'IDEMPOTENCY_CONFLICT',
          'This Idempotency-Key was used for another comment. Take a new key for a new comment.',
        );
      return standing && { comment: standing, repeated: true };
    },
    change: async (held) => {
      const comment = await writeComment(held, {
        id,
        kind: 'comment',
        text,
        mentions: await mentionsIn(held.tx, text),
      });
      await journal(held, 'review.commented', text, { commentId: id, mentions: comment.mentions });
      return { comment, repeated: false };
    },
  });
}

/** Everything that was said on a review, oldest first. */
export async function listComments(deps: Deps, caller: Caller, reviewId: string): Promise<CommentView[]> {
  await findVisibleReview(deps, caller, reviewId);
  const rows = await deps.database.db
    .select()
    .from(reviewComments)
    .where(eq(reviewComments.reviewId, reviewId))
    .orderBy(asc(reviewComments.createdAt), asc(reviewComments.id));
  return rows.map(viewOf);
}

type CommentRow = typeof reviewComments.$inferSelect;

export async function writeComment(
  { tx, review, caller, at }: Pick<HeldReview, 'tx' | 'review' | 'caller' | 'at'>,
  comment: Pick<CommentRow, 'id' | 'kind' | 'text' | 'mentions'>,
): Promise<CommentView> {
  const row: CommentRow = {
    ...comment,
    reviewId: review.id,
    handle: caller.person.handle,
    channel: caller.channel,
    createdAt: at,
  };
  await tx.insert(reviewComments).values(row);
  return viewOf(row);
}

export async function findComment(tx: DbOrTx, id: string): Promise<CommentView | undefined> {
  const [row] = await tx.select().from(reviewComments).where(eq(reviewComments.id, id));
  return row && viewOf(row);
}

const MAXIMUM_MENTIONS = 50;

/** Active people whom a text names as `@handle`. An address such as `ada@example.com` names nobody. */
export async function mentionsIn(tx: DbOrTx, text: string): Promise<string[]> {
  const named = [...text.matchAll(/(?<![\w.@+-])@([a-z0-9][a-z0-9._-]*)/gi)].map(([, handle]) =>
    handle!.toLowerCase().replace(/[._-]+$/, ''),
  );
  if (named.length === 0) return [];
  const known = await tx
    .select({ handle: people.handle })
    .from(people)
    .where(and(inArray(people.handle, [...new Set(named)].slice(0, MAXIMUM_MENTIONS)), eq(people.isActive, true)));
  return known.map(({ handle }) => handle).sort();
}

const viewOf = (row: CommentRow): CommentView => ({
  id: row.id,
  reviewId: row.reviewId,
  kind: row.kind,
  by: row.handle,
  text: row.text,
  mentions: row.mentions,
  channel: row.channel,
  at: row.createdAt.toISOString(),
});
