// The house as it runs, on the real servers of the test run: database, relay, workers. Only the evidence process may be replaced by a test's own.
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { eq } from 'drizzle-orm';
import { expect } from 'vitest';
import { createActivities, createEvidenceActivities } from '../../activities/index.ts';
import type { EvidenceActivityDeps } from '../../activities/compute-evidence.ts';
import type { Caller } from '../../api/services/caller.ts';
import { receiveDelivery, type IntakeDeps } from '../../api/services/receive-delivery.ts';
import { submitDecision } from '../../api/services/submit-decision.ts';
import type { IntakeAnswer } from '../../api/schemas/views.ts';
import type { Channel } from '../../domain/actor.ts';
import type { EntryContent } from '../../domain/journal.ts';
import type { DecideCommand } from '../../domain/review.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Submission } from '../../domain/submission.ts';
import { connectDatabase, type Database } from '../../db/client.ts';
import { publishPolicy } from '../../db/queries/publish-policy.ts';
import type { ReviewRow } from '../../db/queries/reviews.ts';
import { modelVersions, people, processes, reviews } from '../../db/schema/index.ts';
import { demoPeople } from '../../demo/people.ts';
import { signatureOf } from '../../integrations/generic/verify-signature.ts';
import { startRelay, type Relay } from '../../relay/relay.ts';
import { ensureWorkflowBundle } from '../../scripts/workflow-bundle.ts';
import { EVIDENCE_TASK_QUEUE, PROCESSES_TASK_QUEUE } from '../../workflows/contract.ts';
import { buildEvidence, buildPolicy, uniqueName } from './build.ts';
import { createTestDatabase } from './database.ts';
import { createTestNamespace, temporalAddress } from './temporal.ts';

export const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export interface HouseOptions {
  policies?: Policy[];
  computeEvidence?: EvidenceActivityDeps['computeEvidence'];
  fileRoots?: string[];
  /** Without workers nothing moves but what people and pipelines do. @default true */
  withWorkers?: boolean;
}

export type House = Awaited<ReturnType<typeof openHouse>>;

let isRuntimeInstalled = false;

export async function openHouse(options: HouseOptions = {}) {
  const { withWorkers = true } = options;
  const store = await createTestDatabase();
  const database = connectDatabase({ url: store.databaseUrl, max: 12 });
  await seed(database, options.policies ?? [buildPolicy('low'), buildPolicy('medium'), buildPolicy('high')]);
  const engine = withWorkers ? await startEngine(database, options) : undefined;
  const deps: IntakeDeps = {
    database,
    now: () => new Date(),
    publicUrl: 'http://countersign.test',
    fileRoots: options.fileRoots ?? ['/models'],
    demo: false,
    wakeRelay: () => engine?.relay.wake(),
    sourceOf: (source) => (source === 'generic' ? { secrets: [webhookSecret], account: 'pipeline' } : undefined),
  };

  const reviewsOf = async (modelVersionId: string): Promise<ReviewRow[]> =>
    database.db
      .select()
      .from(reviews)
      .where(eq(reviews.modelVersionId, modelVersionId))
      .orderBy(reviews.createdAt, reviews.signOff);
  const processesOf = async (modelVersionId: string) =>
    database.db
      .select()
      .from(processes)
      .where(eq(processes.modelVersionId, modelVersionId))
      .orderBy(processes.startedAt);
  const versionOf = async (modelVersionId: string) => {
    const [version] = await database.db.select().from(modelVersions).where(eq(modelVersions.id, modelVersionId));
    if (!version) throw new Error(`${modelVersionId} is not there`);
    return version;
  };

  return {
    ...deps,
    deps,
    engine,
    databaseUrls: store,
    reviewsOf,
    processesOf,
    versionOf,

    send: (event: { type: string; data: unknown }, deliveryId = uniqueName('delivery')): Promise<IntakeAnswer> => {
      const rawBody = Buffer.from(JSON.stringify({ timestamp: '2026-11-21T10:00:00Z', ...event }));
      return receiveDelivery(deps, { source: 'generic', rawBody, headers: signedHeaders(deliveryId, rawBody) });
    },

    submit: async (submission: Submission): Promise<IntakeAnswer> => {
      const rawBody = Buffer.from(
        JSON.stringify({ type: 'model_version.submitted', timestamp: '2026-11-21T10:00:00Z', data: submission }),
      );
      return receiveDelivery(deps, {
        source: 'generic',
        rawBody,
        headers: signedHeaders(uniqueName('delivery'), rawBody),
      });
    },

    /** Decides on the review as it stands, with a reason of its own. */
    decide: (
      review: ReviewRow,
      handle: string,
      outcome: DecideCommand['outcome'],
      change: Partial<DecideCommand> = {},
      key = uniqueName('key'),
    ) =>
      submitDecision(deps, callerOf(handle), {
        reviewId: review.id,
        command: {
          outcome,
          reason: `Looked at everything, ${uniqueName('note')}`,
          revision: review.revision,
          evidenceDigest: review.evidenceDigest,
          form: { dispositions: [] },
          ...change,
        },
        idempotencyKey: key,
      }),

    /** The open reviews of a version, once there are this many. */
    openReviews: async (modelVersionId: string, count = 1): Promise<ReviewRow[]> => {
      const open = async () => (await reviewsOf(modelVersionId)).filter((review) => review.closedAt === null);
      await expect.poll(async () => (await open()).length, { timeout: 25_000, interval: 20 }).toBe(count);
      return open();
    },

    /** Resolves once the version stands there. */
    stage: async (modelVersionId: string, stage: string): Promise<void> => {
      await expect
        .poll(async () => (await versionOf(modelVersionId)).stage, { timeout: 25_000, interval: 20 })
        .toBe(stage);
    },

    /** Resolves once no line waits in the outbox and the lifecycle's workflow has ended. */
    lifecycleOutcome: async (processId: string): Promise<string | null> => {
      const outcome = async () =>
        (await database.db.select().from(processes).where(eq(processes.id, processId)))[0]?.outcome ?? null;
      await expect.poll(outcome, { timeout: 25_000, interval: 20 }).not.toBeNull();
      return outcome();
    },

    journalOf: async (stream: string): Promise<EntryContent[]> => {
      const { rows } = await database.pool.query<{ content: Buffer }>(
        'SELECT content FROM journal.entries WHERE stream = $1 ORDER BY position',
        [stream],
      );
      return rows.map((row) => JSON.parse(row.content.toString()) as EntryContent);
    },

    close: async (): Promise<void> => {
      await engine?.stop();
      await database.close();
      await store.drop();
    },
  };
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

async function seed(database: Database, policies: readonly Policy[]): Promise<void> {
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

export interface Engine {
  relay: Relay;
  client: Client;
  /** Ends relay and workers at once or after what they have in hand. */
  stop: () => Promise<void>;
}

/** Relay and workers over a namespace of its own, so that ids and queues keep their names. */
export async function startEngine(
  database: Database,
  options: Pick<HouseOptions, 'computeEvidence' | 'fileRoots'> & { namespace?: string } = {},
): Promise<Engine> {
  if (!isRuntimeInstalled) Runtime.install({ logger: new DefaultLogger('ERROR') });
  isRuntimeInstalled = true;
  const namespace = options.namespace ?? (await createTestNamespace());
  const connection = await NativeConnection.connect({ address: temporalAddress() });
  const observer = await Connection.connect({ address: temporalAddress() });
  const relay = startRelay({ database, client: new Client({ connection, namespace }), onError: () => {}, pollMs: 50 });
  const deps = { database, now: () => new Date(), fileRoots: options.fileRoots ?? ['/models'], wakeRelay: relay.wake };
  const computeEvidence = options.computeEvidence ?? (async (request) => buildEvidence(request));
  const [processesWorker, evidenceWorker] = await Promise.all([
    Worker.create({
      connection,
      namespace,
      taskQueue: PROCESSES_TASK_QUEUE,
      workflowBundle: { codePath: await ensureWorkflowBundle() },
      activities: createActivities(deps),
      stickyQueueScheduleToStartTimeout: '1s',
    }),
    Worker.create({
      connection,
      namespace,
      taskQueue: EVIDENCE_TASK_QUEUE,
      activities: createEvidenceActivities({ ...deps, computeEvidence }),
    }),
  ]);
  const running = Promise.all([processesWorker.run(), evidenceWorker.run()]);
  return {
    relay,
    client: new Client({ connection: observer, namespace }),
    stop: async () => {
      await relay.stop();
      processesWorker.shutdown();
      evidenceWorker.shutdown();
      await running;
      await observer.close();
      await connection.close();
    },
  };
}
