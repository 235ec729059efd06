import { connectDatabase } from '../../db/client.ts';
import { findFreePort } from '../../local/free-port.ts';
import { buildSubmission, uniqueName } from '../support/build.ts';
import { cloneDatabase } from '../support/ground.ts';
import { giveTokens } from '../support/plain-app.ts';
import { plantReviews } from '../support/plant-reviews.ts';
import { seed, webhookSecret } from '../support/seed.ts';
import { startProgram, type Program } from '../support/start-program.ts';
import { crowdPolicies } from './crowd.ts';
import { openHttpDesk, type Desk } from './desk.ts';
import { newLedger } from './ledger.ts';
import { askOracle, markJournal } from './oracle.ts';
import { addVerdict, newCount, type Count, type Suite } from './suite.ts';

/** Requests in hand at each kill; half submit, half decide. */
const PER_KILL = 20;

export const apiKill: Suite = {
  name: 'api-kill',
  does: 'kills the server with -9 between commit and answer; clients ask again under the same key (F-02)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const kills = isShort ? 1 : 50;
    const store = await cloneDatabase(ground.postgres);
    const database = connectDatabase({ url: store.databaseUrl, max: 4 });
    await seed(database, crowdPolicies);
    const tokenOf = await giveTokens(database);
    const planted = await plantReviews(database.pool, {
      count: (kills * PER_KILL) / 2,
      candidates: ['validator-1'],
      prefix: 'kill',
    });
    const port = await findFreePort();
    const desk = openHttpDesk({ url: `http://127.0.0.1:${port}`, secret: webhookSecret, tokenOf });
    const start = () =>
      startProgram(
        'tests/support/faulty-server.ts',
        {},
        { args: [JSON.stringify({ databaseUrl: store.databaseUrl, port })] },
      );
    const ledger = newLedger();
    const waiting = [...planted.ids];
    let server = await start();
    for (let kill = 0; kill < kills; kill++) {
      const mark = await markJournal(database);
      await silence(server);
      const allWritten = written(server, PER_KILL);
      const asks = Array.from({ length: PER_KILL }, (_, index) =>
        index % 2 === 0 ? submission(desk) : decision(desk, waiting.pop()!, planted.evidenceDigest),
      );
      const unheard = asks.map(async ({ name, ask }) => {
        const answer = await ask().catch(() => undefined);
        if (answer !== undefined) count.undetected.push(`${name} was answered by a server that answers nobody`);
      });
      await allWritten;
      await server.kill();
      await Promise.all(unheard);
      server = await start();
      for (const { name, ask } of asks) {
        count.injected++;
        await askAgain(name, ask, count, (accepted) => {
          if ('deliveryId' in accepted) ledger.deliveries.push(accepted);
          else ledger.decisions.push(accepted);
        });
      }
      addVerdict(count, await askOracle({ database, ledger, mark }));
    }
    await server.kill();
    say(
      `${kills} kills with ${PER_KILL} written and unanswered requests each; every one was answered again as it was written`,
    );
    await database.close();
    await store.drop();
    return count;
  },
};

/** Resolves once it keeps its answers to itself: a request that came before would be answered. */
async function silence({ child }: Program): Promise<void> {
  const heard = untilHeard(child, (message) => isObject(message) && message.isSilent === true);
  child.send('silent');
  await heard;
}

/** Resolves once it has written so many answers that nobody hears. */
function written({ child }: Program, count: number): Promise<void> {
  let left = count;
  return untilHeard(child, (message) => isObject(message) && 'written' in message && --left === 0);
}

function untilHeard(child: Program['child'], isIt: (message: unknown) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => reject(new Error('The server ended before it had written everything'));
    const listen = (message: unknown) => {
      if (!isIt(message)) return;
      child.off('message', listen).off('exit', end);
      resolve();
    };
    child.on('message', listen).once('exit', end);
  });
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function submission(desk: Desk) {
  const deliveryId = uniqueName('delivery');
  const content = buildSubmission();
  return { name: `delivery ${deliveryId}`, ask: () => desk.submit(deliveryId, content) };
}

function decision(desk: Desk, reviewId: string, evidenceDigest: string) {
  const press = {
    reviewId,
    by: 'validator-1',
    outcome: 'APPROVED' as const,
    reason: `Read the plan and the metrics, ${uniqueName('note')}`,
    evidenceDigest,
    key: uniqueName('key'),
  };
  return { name: `decision on ${reviewId}`, ask: () => desk.decide(press) };
}

type Accepted = Awaited<ReturnType<Desk['submit']>> | Awaited<ReturnType<Desk['decide']>>;

/** It was written, so the answer is the one that was lost. */
async function askAgain(
  name: string,
  ask: () => Promise<Accepted>,
  count: Count,
  keep: (accepted: Accepted) => void,
): Promise<void> {
  try {
    const accepted = await ask();
    if (!accepted.isRepeated) count.lost.push(`${name} was written and is taken as new`);
    keep(accepted);
  } catch (error) {
    count.lost.push(`${name} was written and is answered ${error instanceof Error ? error.message : String(error)}`);
  }
}
