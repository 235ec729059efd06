// PostgreSQL restarted and killed again and again while sixteen clients submit and decide, and workers carry on behind them.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { connectDatabase } from '../../db/client.ts';
import { runEngine } from '../support/engine.ts';
import { cloneDatabase, createNamespace, startRestartablePostgres } from '../support/ground.ts';
import { plantReviews } from '../support/plant-reviews.ts';
import { seed } from '../support/seed.ts';
import { workBusyHours, type BusyTally } from './busy-hours.ts';
import { crowdPolicies, gatherCrowd } from './crowd.ts';
import { openDesk } from './desk.ts';
import { newLedger } from './ledger.ts';
import { askOracle, markJournal, type Verdict } from './oracle.ts';

export interface RestartPostgres {
  temporalAddress: string;
  /** In this order, with a pause of work between them. */
  faults: readonly ('restart' | 'crash')[];
  reviews: number;
  workMs: number;
  /** Between two steps of a client. */
  pauseMs: number;
}

export interface RestartOutcome {
  tally: BusyTally;
  submitted: number;
  decided: number;
  /** From PostgreSQL answering again to our next commit, in ms; one for each fault. */
  recoveries: number[];
  verdict: Verdict;
}

const FINISHED_WITHIN_MS = 240_000;

export async function restartPostgresUnderLoad(options: RestartPostgres): Promise<RestartOutcome> {
  const { temporalAddress, faults, reviews, workMs, pauseMs } = options;
  const postgres = await startRestartablePostgres();
  const store = await cloneDatabase(postgres);
  const database = connectDatabase({ url: store.databaseUrl, max: 12 });
  const ofWorker = connectDatabase({ url: store.databaseUrl, max: 6 });
  const namespace = await createNamespace(temporalAddress);
  try {
    await seed(database, crowdPolicies);
    // Planting takes longer than a request is given.
    const owner = new pg.Pool({ connectionString: store.migrationUrl, max: 1 });
    const planted = await plantReviews(owner, { count: reviews, candidates: ['validator-1'], prefix: 'busy' });
    await owner.end();
    const engine = await runEngine({ database: ofWorker, address: temporalAddress, namespace });
    const ledger = newLedger();
    const mark = await markJournal(database);
    let isOver = false;
    const recoveries: number[] = [];
    const desk = openDesk(database);
    const work = workBusyHours({ desk, ledger, planted, submissionEvery: 40, pauseMs, isOver: () => isOver });
    for (const fault of faults) {
      await delay(workMs);
      await postgres[fault]();
      const backAt = performance.now();
      const before = ledger.decisions.length + ledger.deliveries.length;
      while (ledger.decisions.length + ledger.deliveries.length === before && performance.now() - backAt < 60_000)
        await delay(5);
      recoveries.push(performance.now() - backAt);
    }
    await delay(workMs);
    isOver = true;
    const tally = await work;
    const crowd = gatherCrowd(database, ledger);
    const isFinished = await crowd.workUntil(async () => (await stillMoving(database)) === 0, FINISHED_WITHIN_MS);
    const verdict = await askOracle({ database, ledger, mark, client: engine.client });
    if (!isFinished) verdict.lost.push(`${await stillMoving(database)} versions did not get to their end`);
    await engine.stop();
    return { tally, submitted: ledger.deliveries.length, decided: ledger.decisions.length, recoveries, verdict };
  } finally {
    await Promise.all([database.close(), ofWorker.close()]);
    await postgres.stop();
  }
}

async function stillMoving({ pool }: ReturnType<typeof connectDatabase>): Promise<number> {
  const { rows } = await pool.query<{ n: string }>(
    `SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM model_versions WHERE stage <> 'approved') AS n`,
  );
  return Number(rows[0]!.n);
}
