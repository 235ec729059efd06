// What demo mode brings along: people with tokens, the shipped policies, a webhook secret, all named in demo.json.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { newAccessToken, secretHash } from '../api/auth/access-token.ts';
import type { Database, DbOrTx } from '../db/client.ts';
import { publishPolicy } from '../db/queries/publish-policy.ts';
import { accessTokens, people } from '../db/schema/index.ts';
import { readState, writeState } from '../local/state-file.ts';
import { parsePolicy } from '../policies/parse-policy.ts';
import { demoPeople } from './people.ts';

const demoFileSchema = z.object({
  url: z.string(),
  webhook: z.object({ url: z.string(), secret: z.string() }),
  people: z.array(
    z.object({
      handle: z.string(),
      name: z.string(),
      email: z.string(),
      roles: z.array(z.string()),
      token: z.string(),
    }),
  ),
});
export type DemoFile = z.infer<typeof demoFileSchema>;

export interface SeedDemo {
  database: Database;
  home: string;
  publicUrl: string;
  now: () => Date;
}

/** Seeds the demo and writes `demo.json`, readable by its owner only. Tokens and the secret stay the same from start to start. */
export async function seedDemo({ database, home, publicUrl, now }: SeedDemo): Promise<DemoFile> {
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
    people: demoPeople.map(({ handle, name, email, roles }) => ({
      handle,
      name,
      email,
      roles,
      token: tokenOf(handle),
    })),
  };
  await database.withTransaction(async (tx) => {
    await seedPeople(tx, demo);
    await publishShippedPolicies(tx, now());
  });
  writeState(path, demo);
  return demo;
}

async function seedPeople(tx: DbOrTx, demo: DemoFile): Promise<void> {
  await tx
    .insert(people)
    .values([...demoPeople])
    .onConflictDoNothing();
  await tx
    .insert(accessTokens)
    .values(demo.people.map(({ handle, token }) => ({ handle, tokenHash: secretHash(token), label: 'demo' })))
    .onConflictDoNothing();
}

async function publishShippedPolicies(tx: DbOrTx, at: Date): Promise<void> {
  const folder = resolve(import.meta.dirname, '..', 'policies');
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()) {
    const source = readFileSync(join(folder, file), 'utf8');
    const parsed = parsePolicy(source, file);
    if ('problems' in parsed) throw new Error(`${file} is not a policy: ${JSON.stringify(parsed.problems)}`);
    await publishPolicy(tx, {
      rules: parsed.policy,
      source,
      actor: { type: 'system', id: 'demo' },
      reason: 'Ships with Countersign; published for the demo.',
      at,
    });
  }
}
