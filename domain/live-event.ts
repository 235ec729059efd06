// What open pages are told while they are open: that something moved, never what only some may read.
import type { ReviewState } from './review.ts';
import type { Stage } from './stage.ts';

/** Said to everybody alike, so it is encoded once. State, revision and stage are as of telling, at least as new as the step. */
export interface LiveEvent {
  /** Where the step stands in the journal's order of certainty, as `transaction-sequence`. */
  id: string;
  /** The journal entry's type. */
  type: string;
  /** RFC 3339. */
  at: string;
  reviewId: string | null;
  revision: number | null;
  state: ReviewState | null;
  modelVersionId: string;
  model: string;
  version: string;
  stage: Stage;
}

/** An event with who submitted the version: software hears of its own only. */
export interface AddressedEvent {
  event: LiveEvent;
  submittedBy: string;
}

export interface JournalPlace {
  transaction: bigint;
  sequence: bigint;
}

/** undefined when the text is no id of an event. */
export function parsePlace(id: string): JournalPlace | undefined {
  const [, transaction, sequence] = /^(\d{1,20})-(\d{1,20})$/.exec(id) ?? [];
  return transaction === undefined || sequence === undefined
    ? undefined
    : { transaction: BigInt(transaction), sequence: BigInt(sequence) };
}

export const formatPlace = ({ transaction, sequence }: JournalPlace): string => `${transaction}-${sequence}`;

export const isAfter = (left: JournalPlace, right: JournalPlace): boolean =>
  left.transaction > right.transaction || (left.transaction === right.transaction && left.sequence > right.sequence);
