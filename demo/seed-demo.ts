// What demo mode brings along: people with tokens, the shipped policies, a webhook secret, all named in demo.json.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { newAccessToken, secretHash } from '../api/auth/access-token.ts';
import type { Database, DbOrTx } from '../db/client.ts';
import { findLatestPolicy } from '../db/queries/policies.ts';
import { publishPolicy } from '../db/queries/publish-policy.ts';
import { accessTokens, people } from '../db/schema/index.ts';
import { readState, writeState } from '../local/state-file.ts';
import { parsePolicy } from '../policies/parse-policy.ts';
import { demoTokenLabel } from './end-demo.ts';
import { demoPeople } from './people.ts';
import { channel } from './slack/settings.ts';

const demoFileSchema = z.object({
  url: z.string(),
  webhook: z.object({ url: z.string(), secret: z.string() }),
  slack: z.object({ url: z.string(), signingSecret: z.string() }).optional(),
  people: z.array(
    z.object({
      handle: z.string(),
      name: z.string(),
      email: z.string(),
      roles: z.array(z.string()),
      slackUserId: z.string().optional(),
      token: z.string(),
    }),
  ),
});
export type DemoFile = z.infer<typeof demoFileSchema>;

export interface SeedDemo {
  database: Database;
  home: string;
  publicUrl: string;
  /** undefined where a real Slack is set up. */
  slackSigningSecret?: string | undefined;
  now: () => Date;
}

/** Seeds the demo and writes `demo.json`, readable by its owner only. Tokens and the secret stay the same from start to start. */
export async function seedDemo({ database, home, publicUrl, slackSigningSecret, now }: SeedDemo): Promise<DemoFile> {
  const path = join(home, 'demo.json');
  await mkdir(join(home, 'files'), { recursive: true });
  const before = readState(path, demoFileSchema);
  const tokenOf = (handle: string) =>
    before?.people.find((known) => known.handle === handle)?.token ?? newAccessToken().token;
  const demo: DemoFile = {
    url: publicUrl,
    webhook: {
      url: `${publicUrl}/v1/hooks/generic`,
      secret: before?.webhook.secret ?? `whsec_${randomBytes(32).toString('base64')}`,
    },
    ...(slackSigningSecret === undefined
      ? {}
      : { slack: { url: `${publicUrl}/slack/events`, signingSecret: slackSigningSecret } }),
    people: demoPeople.map(({ handle, name, email, roles, slackUserId }) => ({
      handle,
      name,
      email,
      roles,
      slackUserId,
      token: tokenOf(handle),
    })),
  };
  await database.withTransaction(async (tx) => {
    await seedPeople(tx, demo);
    await publishShippedPolicies(tx, now(), demo.slack === undefined ? '' : slackRule);
  });
  writeState(path, demo);
  return demo;
}

async function seedPeople(tx: DbOrTx, demo: DemoFile): Promise<void> {
  await tx
    .insert(people)
    .values(demoPeople.map((person) => (demo.slack === undefined ? { ...person, slackUserId: null } : person)))
    .onConflictDoNothing();
  if (demo.slack !== undefined)
    for (const { handle, slackUserId } of demoPeople)
      await tx
        .update(people)
        .set({ slackUserId })
        .where(and(eq(people.handle, handle), isNull(people.slackUserId)));
  await tx
    .insert(accessTokens)
    .values(demo.people.map(({ handle, token }) => ({ handle, tokenHash: secretHash(token), label: demoTokenLabel })))
    .onConflictDoUpdate({ target: accessTokens.tokenHash, set: { revokedAt: null } });
}

/** The demo's Slack has one channel, which no other installation has. */
const slackRule = `\nnotify:\n  slack:\n    channel: ${channel.id}\n`;

const actor = { type: 'system', id: 'demo' } as const;

/** A policy that people published since stays theirs. */
async function publishShippedPolicies(tx: DbOrTx, at: Date, rule: string): Promise<void> {
  const folder = resolve(import.meta.dirname, '..', 'policies');
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()) {
    const shipped = readFileSync(join(folder, file), 'utf8');
    const source = /^notify:/m.test(shipped) ? shipped : `${shipped}${rule}`;
    const parsed = parsePolicy(source, file);
    if ('problems' in parsed) throw new Error(`${file} is not a policy: ${JSON.stringify(parsed.problems)}`);
    const latest = await findLatestPolicy(tx, parsed.policy.id);
    if (latest && latest.publishedBy !== actor.id) continue;
    await publishPolicy(tx, {
      rules: parsed.policy,
      source,
      actor,
      reason: 'Ships with Countersign; published for the demo.',
      at,
    });
  }
}
