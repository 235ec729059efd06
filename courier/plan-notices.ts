import type { PoolClient } from 'pg';
import type { FollowedEntry } from '../db/queries/follow-journal.ts';

/** Writes down who is to be told of these steps, by which channel and when; answers how many notices are new. Planning an entry twice tells nobody twice. */
export async function planNotices(
  _entries: readonly FollowedEntry[],
  _client: PoolClient,
  _now: Date,
): Promise<number> {
  return 0;
}
