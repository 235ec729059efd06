/** Embeddings, overrides and isolates: they show what follows in another order than it is written. Marks, U+200E and U+200F, turn nothing around. */
const turning = /[\u202a-\u202e\u2066-\u2069]/g;

/** Text that reads in the order in which it is written; letters keep the direction of their own script. */
export const withoutTurns = (text: string): string => text.replaceAll(turning, '');
