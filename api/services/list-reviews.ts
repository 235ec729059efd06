import { isClosed, type ReviewState } from '../../domain/review.ts';
import type { RiskTier } from '../../domain/submission.ts';
import type { Database } from '../../db/client.ts';
import { listReviewPositions, type ReviewList, type ReviewPosition } from '../../db/queries/read-reviews.ts';
import { openCursor, sealCursor } from '../cursor.ts';
import type { ReviewSummary, ReviewViewName } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import { pageFrom, type Page, type PageQuery } from './page.ts';
import type { ReadDeps } from './read-deps.ts';
import { readScopeOf } from './read-scope.ts';
import { ReviewCards, type ReviewCard } from './review-cards.ts';

export interface ListReviews extends PageQuery {
  /**
   * `me`: waits for the caller's decision. `groups`: waits for others with a role of the caller's. `waiting`: the caller asked, or has decided, and others are still asked.
   * `done`: closed, and the caller was asked. Without one: all that the caller may see, open unless `state` names a closed state.
   */
  view?: ReviewViewName | undefined;
  state?: ReviewState | undefined;
  model?: string | undefined;
  /** RFC 3339 instant. */
  dueBefore?: string | undefined;
  tier?: RiskTier | undefined;
  /** Words that all occur in model, version, question, title or in who asked. */
  q?: string | undefined;
}

const MOST_WORDS = 8;
const wordsOf = (q: string | undefined): string[] | undefined => {
  const words = q?.split(/\s+/).filter((word) => word !== '') ?? [];
  return words.length === 0 ? undefined : words.slice(0, MOST_WORDS);
};

/** Reviews by deadline, closed ones by the latest close. Throws INVALID for a cursor that is not of this list. */
export async function listReviews(deps: ReadDeps, caller: Caller, query: ListReviews): Promise<Page<ReviewSummary>> {
  const page = await listReviewCards(deps, caller, query);
  return { items: page.items.map((card) => card.summary), nextCursor: page.nextCursor };
}

/** The same with each review's JSON ready to send. */
export async function listReviewCards(deps: ReadDeps, caller: Caller, query: ListReviews): Promise<Page<ReviewCard>> {
  const list = listOf(query);
  const after =
    query.cursor === undefined ? undefined : positionOf(openCursor(deps.cursorKey, `reviews/${list}`, query.cursor));
  const rows = await listReviewPositions(deps.database.pool, {
    list,
    handle: caller.person.handle,
    roles: caller.person.roles,
    submittedBy: readScopeOf(caller),
    state: query.state,
    model: query.model,
    dueBefore: query.dueBefore === undefined ? undefined : new Date(query.dueBefore),
    tier: query.tier,
    words: wordsOf(query.q),
    limit: query.limit,
    after,
  });
  const cursorAfter = (last: ReviewPosition) => sealCursor(deps.cursorKey, `reviews/${list}`, [last.at, last.id]);
  const page = pageFrom(rows, query.limit, (row) => row, cursorAfter);
  const last = page.items.at(-1);
  // A search that stopped before the list did goes on behind what it looked at last.
  const nextCursor = page.nextCursor ?? (last?.isEnd ? cursorAfter(last) : null);
  const found = page.items.filter(({ isHit = true }) => isHit);
  return { items: await cardsOf(deps.database).get(deps.database, found), nextCursor };
}

function listOf({ view, state }: ListReviews): ReviewList {
  return view ?? (state !== undefined && isClosed(state) ? 'closed' : 'open');
}

const positionOf = ([at, id]: (string | number)[]) => ({ at: String(at), id: String(id) });

/** One store of cards a database, so that tests with theirs do not meet. */
const stores = new WeakMap<Database, ReviewCards>();

function cardsOf(database: Database): ReviewCards {
  const cards = stores.get(database) ?? new ReviewCards();
  stores.set(database, cards);
  return cards;
}
