import { findReviewsById, type ReviewPosition } from '../../db/queries/read-reviews.ts';
import type { Database } from '../../db/client.ts';
import type { ReviewSummary } from '../schemas/views.ts';
import { summaryOf } from './review-summary.ts';

/** A review as lists show it, and the same as the bytes of its JSON. */
export interface ReviewCard {
  summary: ReviewSummary;
  json: Buffer;
}

const MAXIMUM_CARDS = 20_000;

/**
 * Cards by review and revision. A revision never changes what it showed, so nothing here can be stale:
 * the list says which revision stands, and only those not met before are read.
 */
export class ReviewCards {
  readonly #cards = new Map<string, ReviewCard>();

  async get(database: Database, positions: readonly ReviewPosition[]): Promise<ReviewCard[]> {
    const missing = positions.filter((position) => !this.#cards.has(keyOf(position)));
    const read = new Map<string, ReviewCard>();
    for (const row of await findReviewsById(
      database.db,
      missing.map((position) => position.id),
    )) {
      const summary = summaryOf(row);
      const card = { summary, json: Buffer.from(JSON.stringify(summary)) };
      read.set(row.id, card);
      this.#keep(keyOf(row), card);
    }
    return positions.flatMap((position) => read.get(position.id) ?? this.#cards.get(keyOf(position)) ?? []);
  }

  #keep(key: string, card: ReviewCard): void {
    this.#cards.set(key, card);
    if (this.#cards.size <= MAXIMUM_CARDS) return;
    const [oldest] = this.#cards.keys();
    if (oldest !== undefined) this.#cards.delete(oldest);
  }
}

const keyOf = ({ id, revision }: { id: string; revision: number }) => `${id}/${revision}`;
