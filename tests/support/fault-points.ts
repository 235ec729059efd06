// Named places in the steps of validation and approval at which a worker can be held, to be killed or frozen just there.
// A version is held at the point that its model is named after; production code knows nothing of it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Activities } from '../../activities/index.ts';
import type { EvidenceActivityDeps } from '../../activities/compute-evidence.ts';
import type { Database } from '../../db/client.ts';
import { buildEvidence } from './build.ts';

/** `during`: all is written and not committed. `inside`: criteria are frozen and nothing is computed. */
export type Moment = 'before' | 'during' | 'inside' | 'after';

/** How people and pipelines treat a version that is held there; see tests/faults/crowd.ts. */
export type Course = 'plain' | 'conflict' | 'expire' | 'withdraw' | 'supersede';

export interface FaultPoint {
  name: string;
  course: Course;
}

const at = (step: string, course: Course, moments: readonly Moment[]): FaultPoint[] =>
  moments.map((moment) => ({ name: `${step}.${moment}`, course }));
const transaction = ['before', 'during', 'after'] as const;
const call = ['before', 'after'] as const;

/** Every step of the workers between the webhook and the approval. */
export const faultPoints: readonly FaultPoint[] = [
  ...at('relay.start-lifecycle', 'plain', call),
  ...at('lifecycle.begin-validation', 'plain', transaction),
  ...at('relay.start-validation', 'plain', call),
  ...at('validation.compute-evidence', 'plain', ['before', 'inside', 'after']),
  ...at('validation.open-reviews', 'plain', transaction),
  ...at('validation.expire-review', 'expire', transaction),
  ...at('relay.tell-reviewClosed-validation', 'plain', call),
  ...at('validation.end', 'plain', transaction),
  ...at('relay.tell-processEnded-validation', 'plain', call),
  ...at('lifecycle.begin-approval', 'plain', transaction),
  ...at('relay.start-approval', 'plain', call),
  ...at('relay.tell-reviewClosed-approval', 'plain', call),
  ...at('approval.open-reviews', 'plain', transaction),
  ...at('approval.open-conflict-review', 'conflict', transaction),
  ...at('approval.end', 'plain', transaction),
  ...at('relay.tell-processEnded-approval', 'plain', call),
  ...at('lifecycle.end', 'plain', transaction),
  ...at('relay.tell-processStopped-validation', 'withdraw', call),
  ...at('relay.tell-evidenceArrived-lifecycle', 'supersede', call),
];

/** A model's name says where its versions are held: `<point>.<n>`. */
export const modelHeldAt = (point: FaultPoint, n: number): string => `${point.name}.${n}`;
export const pointOfModel = (model: string): FaultPoint | undefined =>
  faultPoints.find(({ name }) => model.startsWith(`${name}.`));

export interface Held {
  point: string;
  model: string;
}

export interface HoldOptions {
  database: Database;
  onHeld: (held: Held) => void;
  /** A step that was held has done what it does, or failed at it. */
  onLeft: (model: string) => void;
  /** What is held goes on once this resolves. */
  released: Promise<void>;
}

const HEARTBEAT_EVERY_MS = 5_000;

/** Wraps what a worker is made of, so that it stops at the points. */
export function holdAtPoints({ database, onHeld, onLeft, released }: HoldOptions) {
  const heldBefore = new Set<string>();
  const present = new AsyncLocalStorage<{ step: string; model: string }>();

  const reach = async (step: string, moment: Moment, model: string): Promise<void> => {
    if (!model.startsWith(`${step}.${moment}.`)) return;
    // A further attempt at the step is held too.
    if (!heldBefore.has(model)) onHeld({ point: `${step}.${moment}`, model });
    heldBefore.add(model);
    await released;
  };

  const subjectOf = async (column: 'p.id' | 'r.id', id: string): Promise<{ model: string; kind: string }> => {
    const { rows } = await database.pool.query<{ model: string; kind: string }>(
      `SELECT v.model, p.kind FROM processes p JOIN model_versions v ON v.id = p.model_version_id LEFT JOIN reviews r ON r.process_id = p.id WHERE ${column} = $1 LIMIT 1`,
      [id],
    );
    if (!rows[0]) throw new Error(`${id} is not there`);
    return rows[0];
  };

  const through = async <T>(step: string, model: string, work: () => Promise<T>): Promise<T> => {
    const wasHeld = heldBefore.has(model);
    try {
      await reach(step, 'before', model);
      const result = await present.run({ step, model }, work);
      await reach(step, 'after', model);
      return result;
    } finally {
      if (!wasHeld && heldBefore.has(model)) onLeft(model);
    }
  };

  return {
    /** The database to hand to the activities: its transactions can be held before their commit. */
    database: {
      ...database,
      withTransaction: ((work) =>
        database.withTransaction(async (tx, client) => {
          const result = await work(tx, client);
          const step = present.getStore();
          if (step) await reach(step.step, 'during', step.model);
          return result;
        })) satisfies Database['withTransaction'],
    },

    activities: (activities: Activities): Activities => ({
      beginProcess: async (begin) =>
        through(`lifecycle.begin-${begin.kind}`, (await subjectOf('p.id', begin.lifecycleId)).model, () =>
          activities.beginProcess(begin),
        ),
      openSecondLook: activities.openSecondLook,
      openFollowUp: activities.openFollowUp,
      settleDeferral: activities.settleDeferral,
      ringAlarm: activities.ringAlarm,
      openReviews: async (open) => {
        const { model, kind } = await subjectOf('p.id', open.processId);
        return through(`${kind}.open-reviews`, model, () => activities.openReviews(open));
      },
      openConflictReview: async (contested) => {
        const { model, kind } = await subjectOf('r.id', contested.reviewId);
        return through(`${kind}.open-conflict-review`, model, () => activities.openConflictReview(contested));
      },
      expireReview: async (overdue) => {
        const { model, kind } = await subjectOf('r.id', overdue.reviewId);
        return through(`${kind}.expire-review`, model, () => activities.expireReview(overdue));
      },
      endProcess: async (end) => {
        const { model, kind } = await subjectOf('p.id', end.processId);
        return through(`${kind}.end`, model, () => activities.endProcess(end));
      },
    }),

    computeActivity:
      <T>(compute: (request: { processId: string }) => Promise<T>) =>
      async (request: { processId: string }): Promise<T> => {
        const context = Context.current();
        const timer = setInterval(() => context.heartbeat(), HEARTBEAT_EVERY_MS);
        try {
          const { model } = await subjectOf('p.id', request.processId);
          return await through('validation.compute-evidence', model, () => compute(request));
        } finally {
          clearInterval(timer);
        }
      },

    computeEvidence: (async (request) => {
      await reach('validation.compute-evidence', 'inside', request.modelVersion.model);
      return buildEvidence(request);
    }) satisfies EvidenceActivityDeps['computeEvidence'],

    /** The client to hand to the relay. */
    client: (client: Client): Client => {
      const start: typeof client.workflow.start = async (type, options) => {
        const { model } = await subjectOf('p.id', processIdOf(options.workflowId));
        const kind = String(type).replace('Workflow', '');
        return through(`relay.start-${kind}`, model, () => client.workflow.start(type, options));
      };
      const getHandle = (workflowId: string) => ({
        startUpdate: async (what: string, options: TellOptions) => {
          const told = await subjectOf('p.id', processIdOf(workflowId));
          const about = options.args[0];
          const kind = isKinded(about) ? about.kind : told.kind;
          return through(`relay.tell-${what}-${kind}`, told.model, () =>
            client.workflow.getHandle(workflowId).startUpdate(what, options),
          );
        },
      });
      const wrapped: unknown = {
        workflow: { start, getHandle },
        withDeadline: <T>(deadline: number, work: () => Promise<T>) => client.withDeadline(deadline, work),
      };
      // The relay uses no more of a client than this.
      return wrapped as Client;
    },
  };
}

interface TellOptions {
  args: [unknown];
  updateId: string;
  waitForStage: 'ACCEPTED';
}

const processIdOf = (workflowId: string): string => workflowId.replace(/^process\//, '');
const isKinded = (value: unknown): value is { kind: string } =>
  typeof value === 'object' && value !== null && 'kind' in value;
