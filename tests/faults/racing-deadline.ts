import { setTimeout as delay } from 'node:timers/promises';
import { endProcess } from '../../activities/end-process.ts';
import { expireReview } from '../../activities/expire-review.ts';
import { receiveDelivery } from '../../api/services/receive-delivery.ts';
import { connectDatabase, isDatabaseUnavailable, type Database } from '../../db/client.ts';
import { Refused } from '../../domain/errors.ts';
import { uniqueName } from '../support/build.ts';
import { cloneDatabase } from '../support/ground.ts';
import { seed, signedHeaders } from '../support/seed.ts';
import { crowdPolicies, intakeDepsOf } from './crowd.ts';
import { activityDepsOf, bringToReview, type Waiting } from './bring-to-review.ts';
import { openDesk } from './desk.ts';
import { newLedger, type Ledger } from './ledger.ts';
import { askOracle, markJournal } from './oracle.ts';
import { addVerdict, newCount, type Count, type Suite } from './suite.ts';

type Rival = (database: Database, waiting: Waiting, ledger: Ledger) => Promise<unknown>;

const decideAs =
  (by: string, outcome: 'APPROVED' | 'REJECTED'): Rival =>
  async (database, { reviewId, evidenceDigest }, ledger) => {
    const reason = `Read the plan and the metrics, ${uniqueName('note')}`;
    const accepted = await openDesk(database).decide({
      reviewId,
      by,
      outcome,
      reason,
      evidenceDigest,
      key: uniqueName('key'),
    });
    ledger.decisions.push(accepted);
  };
const afterTheDeadline = () => new Date(Date.now() + 60 * 86_400_000);
const expire: Rival = (database, { reviewId }) =>
  expireReview({ ...activityDepsOf(database), now: afterTheDeadline }, { reviewId });
const end: Rival = (database, { processId }) =>
  endProcess(activityDepsOf(database), { processId, outcome: 'REJECTED', reason: 'A reviewer rejected it.' });
const sendEvent = async (database: Database, ledger: Ledger, type: string, data: unknown) => {
  const rawBody = Buffer.from(JSON.stringify({ type, timestamp: '2026-11-21T10:00:00Z', data }));
  const deliveryId = uniqueName('delivery');
  const headers = signedHeaders(deliveryId, rawBody);
  const { modelVersionId, processId } = await receiveDelivery(intakeDepsOf(database), {
    source: 'generic',
    rawBody,
    headers,
  });
  ledger.deliveries.push({ deliveryId, modelVersionId, processId });
};
const withdraw: Rival = (database, { submission: { model, version } }, ledger) =>
  sendEvent(database, ledger, 'model_version.withdrawn', { model, version, reason: 'Trained on the wrong table.' });
const update: Rival = (database, { submission }, ledger) =>
  sendEvent(database, ledger, 'model_version.evidence_updated', {
    ...submission,
    description: 'with the missing rows',
  });

const decide = decideAs('validator-1', 'APPROVED');
const races: Record<string, Rival[]> = {
  'a deadline': [decide, expire],
  'a withdrawal': [decide, withdraw],
  'new evidence': [decide, update],
  'the end of its process': [decide, end],
  'everything at once': [decide, decideAs('validator-2', 'REJECTED'), expire, withdraw, update, end],
};
const AT_ONCE = 25;
const HEAD_START_MS = 60;

export const racingDeadline: Suite = {
  name: 'racing-deadline',
  does: 'a decision meets its deadline, a withdrawal, new evidence, the end of its process, and all of them at once (F-23)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const perRace = isShort ? 50 : 1_000;
    const store = await cloneDatabase(ground.postgres);
    const databases = [1, 2].map(() => connectDatabase({ url: store.databaseUrl, max: 8 }));
    const [database] = databases as [Database, Database];
    await seed(database, crowdPolicies);
    const ledger = newLedger();
    for (const [name, rivals] of Object.entries(races)) {
      const decidedBefore = ledger.decisions.length;
      for (let from = 0; from < perRace; from += AT_ONCE) {
        const waiting = await Promise.all(
          Array.from({ length: Math.min(AT_ONCE, perRace - from) }, () => bringToReview(database, ledger)),
        );
        await Promise.all(
          waiting.flatMap((version, index) =>
            shuffled(rivals).map(async (rival, place) => {
              count.injected++;
              // Who decides reads before they write, so the others come a little later, or nobody would ever decide first.
              await delay(rival === decide ? 0 : Math.random() * HEAD_START_MS);
              await meet(name, () => rival(databases[(index + place) % databases.length]!, version, ledger), count);
            }),
          ),
        );
      }
      say(`${perRace} × ${name}: the decision was first ${ledger.decisions.length - decidedBefore} times`);
    }
    addVerdict(count, await askOracle({ database, ledger, mark: await markJournal(database) }));
    await countOpenOnStopped(database, count);
    const { rows } = await database.pool.query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    say(`${rows[0]!.deadlocks} deadlocks`);
    await Promise.all(databases.map((each) => each.close()));
    await store.drop();
    return count;
  },
};

/** What a late rival may be told. */
const told = new Set(['ALREADY_DECIDED', 'WRONG_STATE', 'EVIDENCE_CHANGED']);

/** Whoever gets no connection in time asks again, as a client does that is answered 503 and a workflow that retries. */
async function meet(name: string, act: () => Promise<unknown>, count: Count): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (isDatabaseUnavailable(error)) return meet(name, act, count);
    if (!(error instanceof Refused)) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      count.lost.push(
        `${name}: somebody was answered a fault: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
    } else if (!told.has(error.code))
      count.undetected.push(`${name}: somebody was told ${error.code} ${error.message}`);
  }
}

/** Nobody is asked about a version that was withdrawn or went on. */
async function countOpenOnStopped({ pool }: Database, count: Count): Promise<void> {
  const { rows } = await pool.query<{ id: string; stage: string }>(
    `SELECT r.id, v.stage FROM reviews r JOIN model_versions v ON v.id = r.model_version_id WHERE r.closed_at IS NULL AND (v.stage = 'withdrawn' OR r.round < v.round)`,
  );
  count.undetected.push(...rows.map(({ id, stage }) => `review ${id} is open, its version ${stage}`));
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
