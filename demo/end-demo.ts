import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Database } from '../db/client.ts';
import { appendEntries } from '../db/queries/journal.ts';
import { accessTokens, sessions } from '../db/schema/index.ts';

/** No reason that a person would give for a token of their own. */
export const demoTokenLabel = 'demo.json';

/** Outside demo mode its tokens, which stand in a file, and who signed in by a press count no more. Answers how many tokens it revoked. */
export async function endDemo(database: Database, at: Date): Promise<number> {
  return database.withTransaction(async (tx) => {
    const revoked = await tx
      .update(accessTokens)
      .set({ revokedAt: at })
      .where(and(eq(accessTokens.label, demoTokenLabel), isNull(accessTokens.revokedAt)))
      .returning({ handle: accessTokens.handle });
    if (revoked.length === 0) return 0;
    const handles = revoked.map(({ handle }) => handle).sort();
    await tx
      .update(sessions)
      .set({ endedAt: at })
      .where(and(inArray(sessions.handle, handles), isNull(sessions.endedAt)));
    const actor = { type: 'system', id: 'demo' } as const;
    const reason = 'Demo mode is off: what was made for it lets nobody in any more.';
    await appendEntries(tx, [{ stream: 'people', type: 'token.revoked', actor, reason, data: { handles } }], at);
    return revoked.length;
  });
}
