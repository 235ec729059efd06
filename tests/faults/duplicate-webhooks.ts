import { setTimeout as delay } from 'node:timers/promises';
import { connectDatabase, isDatabaseUnavailable, type Database } from '../../db/client.ts';
import { receiveDelivery } from '../../api/services/receive-delivery.ts';
import type { IntakeAnswer } from '../../api/schemas/views.ts';
import { Refused, type ErrorCode } from '../../domain/errors.ts';
import { buildSubmission, digestOf, uniqueName } from '../support/build.ts';
import { cloneDatabase } from '../support/ground.ts';
import { seed, signedHeaders } from '../support/seed.ts';
import { crowdPolicies, intakeDepsOf } from './crowd.ts';
import { newLedger, type Ledger } from './ledger.ts';
import { askOracle, markJournal } from './oracle.ts';
import { addVerdict, newCount, type Count, type Suite } from './suite.ts';

const AT_ONCE = 50;

export const duplicateWebhooks: Suite = {
  name: 'duplicate-webhooks',
  does: 'webhooks that come twice, changed, out of order, and thousands of times at once (F-20)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const store = await cloneDatabase(ground.postgres);
    const databases = [1, 2].map(() => connectDatabase({ url: store.databaseUrl, max: 8 }));
    const [database] = databases;
    await seed(database!, crowdPolicies);
    const ledger = newLedger();
    const times = isShort ? 100 : 1_000;
    for (let from = 0; from < times; from += AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, times - from) }, () => sendOddly(databases, ledger, count)),
      );
    const copies = isShort ? 1_000 : 10_000;
    await sendManyTimes(databases, copies, ledger, count);
    addVerdict(count, await askOracle({ database: database!, ledger, mark: await markJournal(database!) }));
    const { rows } = await database!.pool.query<{ versions: string; deliveries: string; lines: string }>(
      'SELECT (SELECT count(*) FROM model_versions) AS versions, (SELECT count(*) FROM deliveries) AS deliveries, (SELECT count(*) FROM outbox) AS lines',
    );
    if (Number(rows[0]!.versions) !== times + 1)
      count.doubled.push(`${rows[0]!.versions} versions of ${times + 1} submitted`);
    if (rows[0]!.lines !== rows[0]!.versions)
      count.doubled.push(`${rows[0]!.lines} lines for ${rows[0]!.versions} versions`);
    say(
      `${times} deliveries sent oddly, one sent ${copies} times at once: ${rows[0]!.versions} versions, ${rows[0]!.deliveries} deliveries kept`,
    );
    await Promise.all(databases.map((each) => each.close()));
    await store.drop();
    return count;
  },
};

/** Asks again while the database has no connection to spare, as a pipeline does that is answered 503. */
async function send(database: Database, deliveryId: string, event: object): Promise<IntakeAnswer | Refused> {
  const rawBody = Buffer.from(JSON.stringify({ timestamp: '2026-11-21T10:00:00Z', ...event }));
  for (;;) {
    try {
      return await receiveDelivery(intakeDepsOf(database), {
        source: 'generic',
        rawBody,
        headers: signedHeaders(deliveryId, rawBody),
      });
    } catch (error) {
      if (error instanceof Refused) return error;
      if (!isDatabaseUnavailable(error)) throw error;
      await delay(500);
    }
  }
}

/** One version: twice at once, again, under another id, with another body, with another artifact, and its update before it is there. */
async function sendOddly(databases: readonly Database[], ledger: Ledger, count: Count): Promise<void> {
  const [one, other] = databases as [Database, Database];
  const submission = buildSubmission();
  const event = { type: 'model_version.submitted', data: submission };
  const id = uniqueName('delivery');
  const expectRefusal = (answer: IntakeAnswer | Refused, code: ErrorCode, what: string) => {
    count.injected++;
    if (!(answer instanceof Refused)) count.let_through.push(`${what} was taken`);
    else if (answer.code !== code) count.undetected.push(`${what} was told ${answer.code}, not ${code}`);
  };
  const early = { type: 'model_version.evidence_updated', data: submission };
  expectRefusal(await send(one, uniqueName('early'), early), 'NOT_FOUND', 'an update before its version');

  const twins = await Promise.all([send(one, id, event), send(other, id, event)]);
  const again = await send(one, id, event);
  const renamed = await send(other, uniqueName('renamed'), event);
  count.injected += 3;
  const answers = [...twins, again, renamed];
  const ids = new Set(answers.map((answer) => (answer instanceof Refused ? answer.code : answer.modelVersionId)));
  if (ids.size !== 1) count.doubled.push(`one version was answered as ${[...ids].join(', ')}`);
  if (twins.filter((answer) => !(answer instanceof Refused) && answer.replayed !== true).length !== 1)
    count.doubled.push(`delivery ${id} was new ${twins.length} times`);
  for (const answer of twins)
    if (!(answer instanceof Refused))
      ledger.deliveries.push({ deliveryId: id, modelVersionId: answer.modelVersionId, processId: answer.processId });

  const changed = { ...event, data: { ...submission, description: 'changed on the way' } };
  expectRefusal(await send(one, id, changed), 'DELIVERY_CONFLICT', 'another body under one id');
  expectRefusal(await send(one, uniqueName('changed'), changed), 'VERSION_CONFLICT', 'other content under one version');
  const swapped = {
    ...event,
    data: { ...submission, artifact: { ...submission.artifact, digest: digestOf('another') } },
  };
  expectRefusal(
    await send(other, uniqueName('swapped'), swapped),
    'VERSION_CONFLICT',
    'another artifact under one version',
  );
}

async function sendManyTimes(
  databases: readonly Database[],
  copies: number,
  ledger: Ledger,
  count: Count,
): Promise<void> {
  const event = { type: 'model_version.submitted', data: buildSubmission() };
  const id = uniqueName('delivery');
  const answers = await Promise.all(
    Array.from({ length: copies }, (_, copy) => send(databases[copy % databases.length]!, id, event)),
  );
  count.injected += copies - 1;
  const fresh = answers.filter((answer) => !(answer instanceof Refused) && answer.replayed !== true);
  if (fresh.length !== 1) count.doubled.push(`${fresh.length} of ${copies} copies were taken as new`);
  for (const answer of answers)
    if (answer instanceof Refused) count.lost.push(`a copy was told ${answer.code} ${answer.message}`);
    else ledger.deliveries.push({ deliveryId: id, modelVersionId: answer.modelVersionId, processId: answer.processId });
}
