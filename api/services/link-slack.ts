import { randomBytes } from 'node:crypto';
import { and, eq, gt, isNull } from 'drizzle-orm';
import { Refused } from '../../domain/errors.ts';
import { isUniqueViolation } from '../../db/client.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { people, slackLinks } from '../../db/schema/index.ts';
import { sha256 } from '../../db/sha256.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';

const GOOD_FOR_MS = 15 * 60_000;

/** A page on which a signed-in person says once that this Slack user, verified by a signed request, is them. */
export async function issueSlackLink(
  { database, now, publicUrl }: Pick<Deps, 'database' | 'now' | 'publicUrl'>,
  slackUserId: string,
): Promise<string> {
  const code = randomBytes(24).toString('base64url');
  const expiresAt = new Date(now().getTime() + GOOD_FOR_MS);
  await database.db.insert(slackLinks).values({ codeHash: sha256(code), slackUserId, expiresAt });
  return `${publicUrl}/slack/link?code=${code}`;
}

const gone = () =>
  new Refused('NOT_FOUND', 'This link was used or is too old. Ask Countersign in Slack for a new one.');

/** Whom the code would link. Throws NOT_FOUND for a code that is used, too old or none. */
export async function readSlackLink({ database, now }: Pick<Deps, 'database' | 'now'>, code: string): Promise<string> {
  const [link] = await database.db
    .select({ slackUserId: slackLinks.slackUserId })
    .from(slackLinks)
    .where(and(eq(slackLinks.codeHash, sha256(code)), isNull(slackLinks.usedAt), gt(slackLinks.expiresAt, now())));
  if (!link) throw gone();
  return link.slackUserId;
}

/** Links the caller. A Slack user is one person's, and a person has one: throws FORBIDDEN where somebody else has it. */
export async function linkSlack(deps: Pick<Deps, 'database' | 'now'>, caller: Caller, code: string): Promise<string> {
  const at = deps.now();
  const { handle } = caller.person;
  try {
    return await deps.database.withTransaction(async (tx) => {
      const [link] = await tx
        .update(slackLinks)
        .set({ usedAt: at })
        .where(and(eq(slackLinks.codeHash, sha256(code)), isNull(slackLinks.usedAt), gt(slackLinks.expiresAt, at)))
        .returning();
      if (!link) throw gone();
      const { slackUserId } = link;
      await tx.update(people).set({ slackUserId }).where(eq(people.handle, handle));
      await appendEntries(
        tx,
        [{ stream: 'people', type: 'person.linked', actor: actorOf(caller), reason: 'Said on a signed-in page that this Slack user is them.', data: { handle, slackUserId } }],
        at,
      ); // prettier-ignore
      return slackUserId;
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new Refused('FORBIDDEN', 'This Slack account is linked to somebody else. An administrator can look into it.');
  }
}
