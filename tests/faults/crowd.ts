// People and pipelines at their work while faults happen: they answer what they are asked, and ask again when nobody answers.
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../db/client.ts';
import { Refused } from '../../domain/errors.ts';
import type { DecisionOutcome } from '../../domain/review.ts';
import type { Submission } from '../../domain/submission.ts';
import { receiveDelivery, type IntakeDeps } from '../../api/services/receive-delivery.ts';
import { submitDecision } from '../../api/services/submit-decision.ts';
import { buildPolicy, buildSubmission, uniqueName } from '../support/build.ts';
import { pointOfModel, type Course, type FaultPoint, modelHeldAt } from '../support/fault-points.ts';
import { callerOf, signedHeaders, webhookSecret } from '../support/seed.ts';
import type { Ledger } from './ledger.ts';

/** Rules under which a version passes every fault point: two stages of approval, a conflict, a deadline of seconds. */
export const crowdPolicies = [
  buildPolicy('low', (policy) => {
    policy.validation.signOff.dueIn = 'PT2S';
  }),
  buildPolicy('medium', (policy) => {
    const [first] = policy.approval.stages;
    policy.approval.stages = [
      { signOffs: [first!.signOffs[0]!] },
      {
        signOffs: [{ ...first!.signOffs[0]!, name: 'domain-expert', title: 'Domain expert', roles: ['domain_expert'] }],
      },
    ];
  }),
  buildPolicy('high'),
];

const tierOf: Record<Course, Submission['riskTier']> = {
  plain: 'medium',
  conflict: 'high',
  expire: 'low',
  withdraw: 'medium',
  supersede: 'medium',
};

/** Where a version stands, and its lifecycle, once its course has run. */
const endOf: Record<Course, { stage: string; lifecycle: string | null }> = {
  plain: { stage: 'approved', lifecycle: 'APPROVED' },
  conflict: { stage: 'approved', lifecycle: 'APPROVED' },
  expire: { stage: 'registered', lifecycle: null },
  withdraw: { stage: 'withdrawn', lifecycle: 'WITHDRAWN' },
  supersede: { stage: 'approved', lifecycle: 'APPROVED' },
};

export function intakeDepsOf(database: Database): IntakeDeps {
  return {
    database,
    now: () => new Date(),
    publicUrl: 'http://countersign.test',
    fileRoots: ['/models'],
    demo: false,
    wakeRelay: () => undefined,
    sourceOf: (source) => (source === 'generic' ? { secrets: [webhookSecret], account: 'pipeline' } : undefined),
  };
}

interface OpenReview {
  id: string;
  kind: string;
  sign_off: string;
  round: number;
  revision: number;
  evidence_digest: string;
  model: string;
  model_version_id: string;
  process_kind: string;
  waiting: string[];
}

export function gatherCrowd(database: Database, ledger: Ledger) {
  const deps = intakeDepsOf(database);
  const submissions = new Map<string, Submission>();

  const send = async (type: string, data: unknown): Promise<void> => {
    const rawBody = Buffer.from(JSON.stringify({ type, timestamp: '2026-11-21T10:00:00Z', data }));
    const deliveryId = uniqueName('delivery');
    const answer = await receiveDelivery(deps, {
      source: 'generic',
      rawBody,
      headers: signedHeaders(deliveryId, rawBody),
    });
    ledger.deliveries.push({ deliveryId, modelVersionId: answer.modelVersionId, processId: answer.processId });
  };

  const answer = async (review: OpenReview): Promise<void> => {
    const course = pointOfModel(review.model)?.course ?? 'plain';
    const submission = submissions.get(review.model);
    if (review.process_kind === 'validation' && submission) {
      if (course === 'expire') return;
      if (course === 'withdraw')
        return send('model_version.withdrawn', {
          model: review.model,
          version: '1',
          reason: 'Trained on the wrong table.',
        });
      if (course === 'supersede' && review.round === 1)
        return send('model_version.evidence_updated', { ...submission, description: 'with the missing rows' });
    }
    for (const handle of review.waiting) {
      const isContested = course === 'conflict' && review.sign_off === 'compliance' && review.kind === 'sign_off';
      const outcome: DecisionOutcome = isContested && handle === 'compliance-2' ? 'REJECTED' : 'APPROVED';
      const { receipt } = await submitDecision(deps, callerOf(handle), {
        reviewId: review.id,
        command: {
          outcome,
          reason: `Read the plan and the metrics, ${uniqueName('note')}`,
          revision: review.revision,
          evidenceDigest: review.evidence_digest,
          form: { dispositions: [] },
        },
        idempotencyKey: uniqueName('key'),
      });
      ledger.decisions.push({ id: receipt.decision.id, reviewId: review.id, by: handle, outcome });
      if (receipt.review.outcome !== null) return;
    }
  };

  const openReviews = async (): Promise<OpenReview[]> =>
    (
      await database.pool.query<OpenReview>(
        `SELECT r.id, r.kind, r.sign_off, r.round, r.revision, r.evidence_digest, r.model, r.model_version_id, r.process_kind,
           ARRAY(SELECT handle FROM review_candidates c WHERE c.review_id = r.id AND is_waiting ORDER BY handle) AS waiting
         FROM reviews r JOIN processes p ON p.id = r.process_id WHERE closed_at IS NULL ORDER BY r.created_at`,
      )
    ).rows;

  const unfinished = async (): Promise<string[]> => {
    const { rows } = await database.pool.query<{ model: string; stage: string; outcome: string | null; validation: string | null }>(
      `SELECT v.model, v.stage, p.outcome,
         (SELECT outcome FROM processes q WHERE q.model_version_id = v.id AND q.kind = 'validation' ORDER BY round DESC LIMIT 1) AS validation
       FROM model_versions v JOIN processes p ON p.model_version_id = v.id AND p.kind = 'lifecycle'`,
    ); // prettier-ignore
    const running = await database.pool.query<{ model: string }>(
      `SELECT v.model FROM outbox o JOIN processes p ON p.workflow_id = o.workflow_id JOIN model_versions v ON v.id = p.model_version_id
       UNION SELECT v.model FROM processes p JOIN model_versions v ON v.id = p.model_version_id WHERE p.state = 'RUNNING' AND p.kind <> 'lifecycle'`,
    );
    const late = rows.filter(({ model, stage, outcome, validation }) => {
      const course = pointOfModel(model)?.course ?? 'plain';
      const end = endOf[course];
      return stage !== end.stage || outcome !== end.lifecycle || (course === 'expire' && validation !== 'EXPIRED');
    });
    return [...new Set([...late.map(({ model }) => model), ...running.rows.map(({ model }) => model)])];
  };

  /** Answers everything that is open, over and over, until `isDone` or the deadline. */
  const workUntil = async (isDone: () => Promise<boolean> | boolean, withinMs: number): Promise<boolean> => {
    const deadline = Date.now() + withinMs;
    for (;;) {
      for (const review of await openReviews())
        await answer(review).catch((error: unknown) => {
          // Somebody or something else was first: what is open then is asked for again.
          if (!(error instanceof Refused)) throw error;
        });
      if (await isDone()) return true;
      if (Date.now() > deadline) return false;
      await delay(100);
    }
  };

  return {
    deps,
    unfinished,
    workUntil,
    /** A version that will be held at the point, if a worker holds anything. */
    submitAt: async (point: FaultPoint, n: number): Promise<void> => {
      const submission = buildSubmission({ model: modelHeldAt(point, n), riskTier: tierOf[point.course] });
      submissions.set(submission.model, submission);
      await send('model_version.submitted', submission);
    },
    /** Resolves true once every version is where its course ends and nothing waits. */
    finish: (withinMs: number) => workUntil(async () => (await unfinished()).length === 0, withinMs),
  };
}
