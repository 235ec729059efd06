// Who is there and what holds in a new database, and how pipelines and people come to us. Knows no test runner.
import type { Caller } from '../../api/services/caller.ts';
import type { Channel } from '../../domain/actor.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Database } from '../../db/client.ts';
import { publishPolicy } from '../../db/queries/publish-policy.ts';
import { people } from '../../db/schema/index.ts';
import { demoPeople } from '../../demo/people.ts';
import { signatureOf } from '../../integrations/generic/verify-signature.ts';

export const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export async function seed(database: Database, policies: readonly Policy[]): Promise<void> {
  await database.db.insert(people).values([...demoPeople]);
  await database.withTransaction(async (tx) => {
    for (const rules of policies)
      await publishPolicy(tx, {
        rules,
        source: '',
        actor: { type: 'system', id: 'test' },
        reason: 'For this test.',
        at: new Date(),
      });
  });
}

export function signedHeaders(
  id: string,
  rawBody: Buffer,
  secret = webhookSecret,
  at = new Date(),
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signatureOf(secret, id, timestamp, rawBody)}`,
  };
}

export function callerOf(handle: string, channel: Channel = 'api'): Caller {
  const person = demoPeople.find((candidate) => candidate.handle === handle);
  if (!person) throw new Error(`${handle} is nobody of the demo`);
  return { person, channel };
}
