// Relay and workers in this process, over servers that are given. Knows no test runner.
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { EvidenceActivityDeps } from '../../activities/compute-evidence.ts';
import { planNotices } from '../../courier/plan-notices.ts';
import { startCourier } from '../../courier/courier.ts';
import type { CardSender } from '../../domain/card.ts';
import { createActivities, createEvidenceActivities } from '../../activities/index.ts';
import type { Database } from '../../db/client.ts';
import { startRelay, type Relay } from '../../relay/relay.ts';
import { ensureWorkflowBundle } from '../../scripts/workflow-bundle.ts';
import { EVIDENCE_TASK_QUEUE, PROCESSES_TASK_QUEUE } from '../../workflows/contract.ts';
import { buildEvidence } from './build.ts';
import type { holdAtPoints } from './fault-points.ts';

export interface EngineOptions {
  database: Database;
  address: string;
  /** Its own, so that ids and queues keep their names. */
  namespace: string;
  computeEvidence?: EvidenceActivityDeps['computeEvidence'];
  fileRoots?: string[];
  /** What Temporal notes as the worker. */
  identity?: string;
  /** Channels by which reviews reach people. @default none */
  senders?: readonly CardSender[];
  publicUrl?: string;
  /** Holds steps at fault points. */
  hold?: ReturnType<typeof holdAtPoints>;
}

export interface Engine {
  relay: Relay;
  /** Looks at once for whatever there is to do. */
  wake: () => void;
  client: Client;
  /** Ends relay and workers after what they have in hand. */
  stop: () => Promise<void>;
}

let isRuntimeInstalled = false;

export async function runEngine(options: EngineOptions): Promise<Engine> {
  const { database, address, namespace, hold } = options;
  if (!isRuntimeInstalled)
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { forward: {}, filter: 'OFF' } },
    });
  isRuntimeInstalled = true;
  const identity = options.identity === undefined ? {} : { identity: options.identity };
  const connection = await NativeConnection.connect({ address });
  const observer = await Connection.connect({ address });
  const client = new Client({ connection, namespace, ...identity });
  const relay = startRelay({ database, client: hold?.client(client) ?? client, onError: () => {}, pollMs: 50 });
  const { senders = [], publicUrl = 'http://countersign.test' } = options;
  const configured = senders.map(({ channel }) => channel);
  const courier = await startCourier({
    database,
    senders,
    plan: async (entries, client) => void (await planNotices(entries, client, new Date(), { publicUrl, configured })),
    publicUrl,
    onError: () => {},
    pollMs: 50,
  });
  const wake = () => {
    relay.wake();
    courier.wake();
  };
  const deps = {
    database: hold?.database ?? database,
    now: () => new Date(),
    fileRoots: options.fileRoots ?? ['/models'],
    wakeRelay: wake,
  };
  const computeEvidence =
    options.computeEvidence ?? hold?.computeEvidence ?? (async (request) => buildEvidence(request));
  const activities = createActivities(deps);
  const evidence = createEvidenceActivities({ ...deps, computeEvidence });
  const [processesWorker, evidenceWorker] = await Promise.all([
    Worker.create({
      connection,
      namespace,
      ...identity,
      taskQueue: PROCESSES_TASK_QUEUE,
      workflowBundle: { codePath: await ensureWorkflowBundle() },
      activities: hold?.activities(activities) ?? activities,
      stickyQueueScheduleToStartTimeout: '1s',
      // A held step keeps its place.
      maxConcurrentWorkflowTaskExecutions: 200,
      maxConcurrentLocalActivityExecutions: 200,
    }),
    Worker.create({
      connection,
      namespace,
      ...identity,
      taskQueue: EVIDENCE_TASK_QUEUE,
      activities: hold ? { ...evidence, computeEvidence: hold.computeActivity(evidence.computeEvidence) } : evidence,
    }),
  ]);
  const running = Promise.all([processesWorker.run(), evidenceWorker.run()]);
  return {
    relay,
    wake,
    client: new Client({ connection: observer, namespace }),
    stop: async () => {
      await relay.stop();
      await courier.stop();
      processesWorker.shutdown();
      evidenceWorker.shutdown();
      await running;
      await observer.close();
      await connection.close();
    },
  };
}
