// One power cut at every step: each version is held at a point of its own, the worker is killed with all of them in hand, another takes over.
import { connectDatabase } from '../../db/client.ts';
import { runEngine, type Engine } from '../support/engine.ts';
import { faultPoints, type FaultPoint } from '../support/fault-points.ts';
import { cloneDatabase, createNamespace, type PostgresUrls } from '../support/ground.ts';
import { seed } from '../support/seed.ts';
import { startFaultyWorker } from '../support/start-faulty-worker.ts';
import { crowdPolicies, gatherCrowd } from './crowd.ts';
import { newLedger } from './ledger.ts';
import { askOracle, markJournal, type Verdict } from './oracle.ts';

export interface HoldAndKill {
  postgres: PostgresUrls;
  temporalAddress: string;
  points?: readonly FaultPoint[];
  /** Versions held at each point. */
  perPoint: number;
  /** `kill`: with -9. `freeze`: stopped while another worker does its work, then let go on with what it had in hand. */
  fault: 'kill' | 'freeze';
}

export interface Outcome {
  /** Points at which a version was held when the fault came. */
  reached: string[];
  missed: string[];
  /** From the fault until every version was where its course ends, in seconds. */
  recoveredIn: number;
  verdict: Verdict;
}

const HELD_WITHIN_MS = 240_000;
/** Temporal notices a lost evidence activity by its missing heartbeat, within half a minute. */
const FINISHED_WITHIN_MS = 240_000;
const LATE_STEPS_MS = 15_000;

export async function holdAndKill(options: HoldAndKill): Promise<Outcome> {
  const { postgres, temporalAddress, points = faultPoints, perPoint, fault } = options;
  const [store, namespace] = await Promise.all([cloneDatabase(postgres), createNamespace(temporalAddress)]);
  const database = connectDatabase({ url: store.databaseUrl, max: 12 });
  const target = { databaseUrl: store.databaseUrl, address: temporalAddress, namespace };
  const worker = await startFaultyWorker(target);
  let engine: Engine | undefined;
  try {
    await seed(database, crowdPolicies);
    const ledger = newLedger();
    const crowd = gatherCrowd(database, ledger);
    for (const point of points) for (let n = 0; n < perPoint; n++) await crowd.submitAt(point, n);
    await crowd.workUntil(() => worker.held.size === points.length * perPoint, HELD_WITHIN_MS);
    const reached = [...worker.held.values()].map((held) => held.point);
    const mark = new Map(await markJournal(database));
    if (fault === 'kill') await worker.kill();
    else worker.freeze();

    const faultAt = performance.now();
    engine = await runEngine({ database, address: temporalAddress, namespace });
    await crowd.finish(FINISHED_WITHIN_MS);
    const recoveredIn = (performance.now() - faultAt) / 1000;
    if (fault === 'freeze') {
      for (const [stream, end] of await markJournal(database)) mark.set(stream, end);
      worker.thaw();
      worker.release();
      await crowd.workUntil(worker.hasSettled, LATE_STEPS_MS);
      await worker.kill();
      await crowd.finish(FINISHED_WITHIN_MS);
    }
    const late = await crowd.unfinished();
    const verdict = await askOracle({ database, ledger, mark, client: engine.client });
    verdict.lost.push(...late.map((model) => `${model} did not get to where its course ends`));
    const missed = points.map(({ name }) => name).filter((name) => !reached.includes(name));
    return { reached, missed, recoveredIn, verdict };
  } finally {
    await worker.kill();
    await engine?.stop();
    await database.close();
    await store.drop();
  }
}
