// When so many cards come for one recipient that each is lost among the others, and the channel slows down.
const WINDOW_MS = 60_000;
const MOST_A_WINDOW = 30;

export interface Bursts {
  /** Whether this recipient had their share of new cards in the last minute. */
  isBurst: (recipient: string) => boolean;
  /** A new card goes out to them. Answers how to take that back, should it fail. */
  note: (recipient: string) => () => void;
}

/** Kept by each courier for itself: with several of them a recipient's share is so many times as large. */
export function watchBursts(now: () => number): Bursts {
  const sent = new Map<string, number[]>();
  const recent = (recipient: string): number[] => {
    const times = (sent.get(recipient) ?? []).filter((at) => now() - at < WINDOW_MS);
    if (times.length === 0) sent.delete(recipient);
    else sent.set(recipient, times);
    return times;
  };
  return {
    isBurst: (recipient) => recent(recipient).length >= MOST_A_WINDOW,
    note: (recipient) => {
      const at = now();
      sent.set(recipient, [...recent(recipient), at]);
      return () => {
        const times = recent(recipient);
        const index = times.indexOf(at);
        if (index >= 0) sent.set(recipient, times.toSpliced(index, 1));
      };
    },
  };
}
