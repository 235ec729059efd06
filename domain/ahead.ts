const FURTHEST_MS = 366 * 86_400_000;

/** Why people cannot name this instant, RFC 3339, for something to come: it has passed, or lies more than a year ahead; undefined when they can. */
export function whyNotAhead(instant: string, now: Date): string | undefined {
  const ahead = Date.parse(instant) - now.getTime();
  if (ahead <= 0) return 'is an instant that has passed';
  return ahead > FURTHEST_MS ? 'is more than a year ahead' : undefined;
}
