import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { dropPushSubscription, findPushTarget } from '../db/queries/push-subscriptions.ts';
import { AskedToWait, PermanentRefusal, type Notice, type NoticeSender } from '../domain/card.ts';
import { sendPush, type PushOptions } from '../integrations/push/send-push.ts';
import { ForbiddenTarget, type TargetGuard } from '../integrations/webhooks/target-guard.ts';

const LONGEST_TITLE = 120;
const LONGEST_BODY = 300;

/** Pushes to browsers, each notice to the one that its key names. What push services do not take for an hour is given up: cards and the inbox tell it too. */
export const createPushSender = ({ pool, ...options }: PushOptions & { pool: Pool }): NoticeSender => ({
  channel: 'push',
  mostAttempts: 20,
  tell: async (notice) => {
    const target = await findPushTarget(pool, notice.key);
    if (!target) return;
    requireTarget(options.guard, target.endpoint);
    const result = await sendPush({ ...target, topic: tagOf(notice), payload: payloadOf(notice) }, options);
    if (result.kind === 'gone') await dropPushSubscription(pool, target.endpoint);
    if (result.kind === 'refused') throw new PermanentRefusal(result.error);
    if (result.kind === 'later') throw result.waitMs === null ? new Error(result.error) : new AskedToWait(result.error, result.waitMs); // prettier-ignore
  },
});

/** What the service worker shows; `url` is a path of ours, and a repeat has the same `tag`. */
const payloadOf = (notice: Notice): string =>
  JSON.stringify({
    title: cut(notice.title, LONGEST_TITLE),
    body: cut(notice.body, LONGEST_BODY),
    url: new URL(notice.url).pathname,
    tag: tagOf(notice),
  });

const tagOf = ({ key }: Notice): string => createHash('sha256').update(key).digest('base64url').slice(0, 32);

const cut = (text: string, most: number): string => {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
};

function requireTarget(guard: TargetGuard, endpoint: string): void {
  try {
    guard.check(endpoint);
  } catch (error) {
    throw error instanceof ForbiddenTarget ? new PermanentRefusal(error.message) : error;
  }
}
