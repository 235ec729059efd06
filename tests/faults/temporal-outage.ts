// Temporal away, once or again and again, while pipelines submit and people decide; the worker is worker.ts as it ships.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { connectDatabase } from '../../db/client.ts';
import { buildPolicy, buildSubmission, uniqueName } from '../support/build.ts';
import { cloneDatabase, makeFolder, startStoppableTemporal, type PostgresUrls } from '../support/ground.ts';
import { seed } from '../support/seed.ts';
import { startProgram } from '../support/start-program.ts';
import { gatherCrowd } from './crowd.ts';
import { openDesk } from './desk.ts';
import { newLedger } from './ledger.ts';
import { askOracle, markJournal, type Verdict } from './oracle.ts';

export interface TemporalOutage {
  postgres: PostgresUrls;
  /** How long each outage lasts. */
  downMs: number;
  outages: number;
  /** Submitted before the first outage and during each. */
  versions: number;
}

export interface OutageOutcome {
  submittedWhileDown: number;
  decidedWhileDown: number;
  /** From Temporal answering again to every version being at its end, in seconds. */
  drainedIn: number;
  verdict: Verdict;
}

const FINISHED_WITHIN_MS = 240_000;

/** One check, so that the evidence process has little to do. */
const quickPolicy = buildPolicy('medium', (policy) => {
  policy.checks = policy.checks.filter((check) => check.kind === 'digests');
  policy.requires = { documents: [], lineage: [] };
});

export async function stopTemporalUnderWork(options: TemporalOutage): Promise<OutageOutcome> {
  const { postgres, downMs, outages, versions } = options;
  const folder = makeFolder();
  const files = join(folder.path, 'files');
  mkdirSync(files);
  const artifact = join(files, 'model.pkl');
  writeFileSync(artifact, 'weights');
  const [temporal, store] = await Promise.all([startStoppableTemporal(), cloneDatabase(postgres)]);
  const database = connectDatabase({ url: store.databaseUrl, max: 6 });
  await seed(database, [quickPolicy]);
  const worker = await startProgram('worker.ts', {
    DATABASE_URL: store.databaseUrl,
    TEMPORAL_ADDRESS: temporal.address,
    COUNTERSIGN_HOME: folder.path,
    COUNTERSIGN_FILE_ROOTS: files,
    LOG_LEVEL: 'warn',
  });
  try {
    const ledger = newLedger();
    const desk = openDesk(database, [files]);
    const crowd = gatherCrowd(database, ledger);
    const submit = async () => {
      const digest = `sha256:${createHash('sha256').update('weights').digest('hex')}`;
      const submission = buildSubmission({ riskTier: 'medium', artifact: { uri: `file://${artifact}`, digest } });
      ledger.deliveries.push(await desk.submit(uniqueName('delivery'), submission));
    };
    for (let n = 0; n < versions; n++) await submit();
    await openReviews(database, versions);
    const mark = await markJournal(database);
    let submittedWhileDown = 0;
    let decidedWhileDown = 0;
    for (let outage = 0; outage < outages; outage++) {
      await temporal.stop();
      const decidedBefore = ledger.decisions.length;
      for (let n = 0; n < versions; n++) await submit();
      submittedWhileDown += versions;
      await crowd.workUntil(async () => (await countOpen(database)) === 0, 30_000);
      decidedWhileDown += ledger.decisions.length - decidedBefore;
      await delay(downMs);
      await temporal.start();
      if (outage < outages - 1) await openReviews(database, 1);
    }
    const backAt = performance.now();
    const isFinished = await crowd.finish(FINISHED_WITHIN_MS);
    const drainedIn = (performance.now() - backAt) / 1000;
    const connection = await Connection.connect({ address: temporal.address });
    const verdict = await askOracle({ database, ledger, mark, client: new Client({ connection }) });
    await connection.close();
    if (!isFinished) verdict.lost.push(...(await crowd.unfinished()).map((model) => `${model} did not get to its end`));
    if (worker.child.exitCode !== null) verdict.lost.push(`the worker ended with ${worker.child.exitCode}`);
    return { submittedWhileDown, decidedWhileDown, drainedIn, verdict };
  } finally {
    await worker.kill();
    await database.close();
    await Promise.all([temporal.close(), store.drop()]);
    folder.remove();
  }
}

type Database = ReturnType<typeof connectDatabase>;

async function countOpen({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ n: string }>('SELECT count(*) AS n FROM reviews WHERE closed_at IS NULL');
  return Number(rows[0]!.n);
}

async function openReviews(database: Database, count: number): Promise<void> {
  const deadline = Date.now() + FINISHED_WITHIN_MS;
  while ((await countOpen(database)) < count) {
    if (Date.now() > deadline) throw new Error(`${count} reviews were not opened`);
    await delay(50);
  }
}
