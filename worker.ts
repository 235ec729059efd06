// Puts a worker together: processes, evidence and the relay of the outbox, over one connection to Temporal.
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { createActivities, createEvidenceActivities } from './activities/index.ts';
import { startCarriers } from './carriers.ts';
import { readConfig } from './config.ts';
import { connectDatabase } from './db/client.ts';
import { computeEvidence } from './evidence/run-in-process.ts';
import { openEvidenceFile } from './storage/file.ts';
import { startRelay } from './relay/relay.ts';
import { createWaker, listenForWakeUps } from './relay/wake-up.ts';
import { ensureWorkflowBundle } from './scripts/workflow-bundle.ts';
import { EVIDENCE_TASK_QUEUE, PROCESSES_TASK_QUEUE } from './workflows/contract.ts';

const config = readConfig();
const logger = pino({ level: config.logLevel, base: { part: 'worker' } });
if (!config.databaseUrl || !config.temporalAddress)
  throw new Error('worker.ts needs DATABASE_URL and TEMPORAL_ADDRESS; npm start provides both');

const temporalLog = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
Runtime.install({
  shutdownSignals: [],
  logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
    // The evidence worker is meant to have none.
    const isMeant = message.startsWith('No workflows registered');
    logger[isMeant ? 'debug' : temporalLog[level]]({ ...meta }, message);
  }),
});

const database = connectDatabase({
  url: config.databaseUrl,
  onError: (error) => logger.warn({ err: error }, 'A database connection was lost'),
});
const carriers = await startCarriers(config, database, logger);
const stopCarriersListening = listenForWakeUps(config.databaseUrl, carriers.wake);

const connection = await connectTemporal(config.temporalAddress);
const client = new Client({ connection, namespace: config.temporalNamespace });

const relay = startRelay({
  database,
  client,
  onError: (error, line) =>
    logger.warn({ err: error, line: line?.id, workflowId: line?.workflowId }, 'The relay will try again'),
});
const stopListening = listenForWakeUps(config.databaseUrl, relay.wake);
// Servers hear of it too, for the pages that are open there.
const wakeOthers = createWaker(database);
const wake = () => {
  relay.wake();
  carriers.wake();
  wakeOthers();
};

const deps = { database, now: () => new Date(), fileRoots: config.fileRoots, wakeRelay: wake };
const processesWorker = await Worker.create({
  connection,
  namespace: config.temporalNamespace,
  taskQueue: PROCESSES_TASK_QUEUE,
  workflowBundle: { codePath: await ensureWorkflowBundle() },
  activities: createActivities(deps),
  maxConcurrentWorkflowTaskExecutions: 20,
  maxConcurrentLocalActivityExecutions: 50,
  maxCachedWorkflows: 1_000,
  // A killed worker keeps its workflows this long; the default of ten seconds is felt by people.
  stickyQueueScheduleToStartTimeout: '2s',
  shutdownGraceTime: '8s',
});
const evidenceWorker = await Worker.create({
  connection,
  namespace: config.temporalNamespace,
  taskQueue: EVIDENCE_TASK_QUEUE,
  activities: createEvidenceActivities({
    ...deps,
    computeEvidence: (request, { signal }) => computeEvidence(request, { signal, openFile: openEvidenceFile }),
  }),
  maxConcurrentActivityTaskExecutions: 2,
  shutdownGraceTime: '8s',
});

const stop = () => {
  for (const worker of [processesWorker, evidenceWorker]) if (worker.getState() === 'RUNNING') worker.shutdown();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

const running = Promise.all([processesWorker.run(), evidenceWorker.run()]);
logger.info('The worker is ready');
process.send?.('ready');
await running;
await Promise.all([stopListening(), stopCarriersListening()]);
await relay.stop();
await carriers.stop();
await database.close();
await connection.close();
// A supervisor's message channel would keep this process alive.
if (process.connected) process.disconnect();

/** Waits for Temporal as long as it takes: people can submit and decide meanwhile. */
async function connectTemporal(address: string): Promise<NativeConnection> {
  for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 5_000)) {
    try {
      // Messages are small and mostly digests and ids: gzip would cost both sides more than it saves.
      return await NativeConnection.connect({ address, grpcCompression: { codec: 'none' } });
    } catch (error) {
      logger.warn({ err: error, address }, 'Temporal is away; trying again');
      await delay(waitMs);
    }
  }
}
