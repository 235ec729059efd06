// The house as it runs, on the real servers of the test run: database, relay, workers. Only the evidence process may be replaced by a test's own.
import { eq } from 'drizzle-orm';
import { expect } from 'vitest';
import type { EvidenceActivityDeps } from '../../activities/compute-evidence.ts';
import { receiveDelivery, type IntakeDeps } from '../../api/services/receive-delivery.ts';
import { submitDecision } from '../../api/services/submit-decision.ts';
import type { IntakeAnswer } from '../../api/schemas/views.ts';
import type { CardSender } from '../../domain/card.ts';
import type { EntryContent } from '../../domain/journal.ts';
import type { DecideCommand } from '../../domain/review.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Submission } from '../../domain/submission.ts';
import { connectDatabase } from '../../db/client.ts';
import type { ReviewRow } from '../../db/queries/reviews.ts';
import { modelVersions, processes, reviews } from '../../db/schema/index.ts';
import { buildPolicy, uniqueName } from './build.ts';
import { createTestDatabase } from './database.ts';
import { runEngine } from './engine.ts';
import { callerOf, seed, signedHeaders, webhookSecret } from './seed.ts';
import { createTestNamespace, temporalAddress } from './temporal.ts';

export { callerOf, signedHeaders, webhookSecret };

export interface HouseOptions {
  policies?: Policy[];
  computeEvidence?: EvidenceActivityDeps['computeEvidence'];
  fileRoots?: string[];
  senders?: readonly CardSender[];
  /** Without workers nothing moves but what people and pipelines do. @default true */
  withWorkers?: boolean;
}

export type House = Awaited<ReturnType<typeof openHouse>>;

const engineOptions = ({ computeEvidence, fileRoots, senders }: HouseOptions) => ({
  ...(senders === undefined ? {} : { senders }),
  ...(computeEvidence === undefined ? {} : { computeEvidence }),
  ...(fileRoots === undefined ? {} : { fileRoots }),
});

export async function openHouse(options: HouseOptions = {}) {
  const { withWorkers = true } = options;
  const store = await createTestDatabase();
  const database = connectDatabase({ url: store.databaseUrl, max: 12 });
  await seed(database, options.policies ?? [buildPolicy('low'), buildPolicy('medium'), buildPolicy('high')]);
  const engine = withWorkers
    ? await runEngine({
        database,
        address: temporalAddress(),
        namespace: await createTestNamespace(),
        ...engineOptions(options),
      })
    : undefined;
  const deps: IntakeDeps = {
    database,
    now: () => new Date(),
    publicUrl: 'http://countersign.test',
    fileRoots: options.fileRoots ?? ['/models'],
    demo: false,
    wakeRelay: () => engine?.wake(),
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
