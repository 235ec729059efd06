// Records what workflows did in real runs, for tests/replay: one file a process, in tests/replay/histories/<release>/. Run at each release;
// files of earlier releases stay as long as processes that they stand for may be open.
//   node --import tsx scripts/record-history.ts [release]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { receiveDelivery } from '../api/services/receive-delivery.ts';
import { answerQuestion } from '../api/services/answer-question.ts';
import { fulfilCondition } from '../api/services/fulfil-condition.ts';
import { requestInformation } from '../api/services/request-information.ts';
import { submitDecision, submitDeferral } from '../api/services/submit-decision.ts';
import { connectDatabase } from '../db/client.ts';
import { publishPolicy } from '../db/queries/publish-policy.ts';
import type { Policy } from '../domain/policy.ts';
import type { DecideCommand, DecisionOutcome } from '../domain/review.ts';
import type { Submission } from '../domain/submission.ts';
import { startEmbeddedPostgres } from '../local/embedded-postgres.ts';
import { startTemporalServer } from '../local/temporal-server.ts';
import { findTool } from '../local/tools.ts';
import { crowdPolicies, intakeDepsOf } from '../tests/faults/crowd.ts';
import { buildEvidence, buildFinding, buildPolicy, buildSubmission, uniqueName } from '../tests/support/build.ts';
import { runEngine } from '../tests/support/engine.ts';
import { makeFolder, makeTemplate, cloneDatabase } from '../tests/support/ground.ts';
import { callerOf, seed, signedHeaders } from '../tests/support/seed.ts';

/** What a pipeline or a person does next; each waits for an open review first. */
type Move =
  | { decide: DecisionOutcome; signOff?: string; by?: string; form?: (now: number) => Partial<DecideCommand['form']> }
  | { fulfil: true }
  | { ask: true }
  | { send: 'model_version.withdrawn' | 'model_version.evidence_updated' }
  | { await: string };

interface Scenario {
  riskTier: Submission['riskTier'];
  moves: Move[];
  /** Published before it runs. */
  policy?: Policy;
}

const inMs = (now: number, ms: number) => new Date(now + ms).toISOString();
const promise = (ms: number) => (now: number) => ({
  conditions: [{ text: 'Monitoring is set up', owner: 'data-scientist-1', dueAt: inMs(now, ms) }],
});
const unhurried = buildPolicy('low');
const watchful = buildPolicy('low', (policy) => {
  Object.assign(policy.validation.signOff, {
    dueIn: 'PT4S',
    startBy: 'PT1S',
    reminders: [{ before: 'PT2S' }],
    escalation: [{ after: 'PT3S', to: { roles: ['compliance'], people: [] } }],
    onTimeout: 'escalate',
  });
});
const doubtful = buildPolicy('low', (policy) => {
  policy.secondReview = { rate: 1, roles: ['validator'], dueIn: 'P1D' };
});

/** By name; each ends with the stage it waits for, and its processes are recorded then. */
const scenarios: Record<string, Scenario> = {
  'approved': { riskTier: 'medium', moves: [{ decide: 'APPROVED' }, { decide: 'APPROVED', signOff: 'compliance' }, { decide: 'APPROVED', signOff: 'domain-expert' }, { await: 'approved' }] },
  'side-by-side': { riskTier: 'high', moves: [{ decide: 'APPROVED' }, { decide: 'APPROVED', signOff: 'domain-expert' }, { decide: 'APPROVED', signOff: 'compliance', by: 'compliance-1' }, { decide: 'APPROVED', signOff: 'compliance', by: 'compliance-2' }, { await: 'approved' }] },
  'conflict': { riskTier: 'high', moves: [{ decide: 'APPROVED' }, { decide: 'APPROVED', signOff: 'compliance', by: 'compliance-1' }, { decide: 'REJECTED', signOff: 'compliance', by: 'compliance-2' }, { decide: 'APPROVED', signOff: 'compliance', by: 'validator-2' }, { decide: 'APPROVED', signOff: 'domain-expert' }, { await: 'approved' }] },
  'rejected-by-validator': { riskTier: 'medium', moves: [{ decide: 'REJECTED' }, { await: 'rejected' }] },
  'rejected-by-compliance': { riskTier: 'high', moves: [{ decide: 'APPROVED' }, { decide: 'REJECTED', signOff: 'domain-expert' }, { await: 'rejected' }] },
  'rejected-by-check': { riskTier: 'medium', moves: [{ await: 'rejected' }] },
  'changes-requested': { riskTier: 'medium', moves: [{ decide: 'CHANGES_REQUESTED' }, { await: 'registered' }, { send: 'model_version.evidence_updated' }, { decide: 'APPROVED' }, { decide: 'CHANGES_REQUESTED', signOff: 'compliance' }, { await: 'registered' }, { send: 'model_version.withdrawn' }, { await: 'withdrawn' }] },
  'expired': { riskTier: 'low', moves: [{ await: 'registered' }, { send: 'model_version.withdrawn' }, { await: 'withdrawn' }] },
  'withdrawn-in-validation': { riskTier: 'medium', moves: [{ decide: 'ABSTAINED' }, { send: 'model_version.withdrawn' }, { await: 'withdrawn' }] },
  'withdrawn-in-approval': { riskTier: 'high', moves: [{ decide: 'APPROVED' }, { decide: 'APPROVED', signOff: 'compliance', by: 'compliance-1' }, { send: 'model_version.withdrawn' }, { await: 'withdrawn' }] },
  'superseded-in-validation': { riskTier: 'medium', moves: [{ decide: 'ABSTAINED' }, { send: 'model_version.evidence_updated' }, { decide: 'REJECTED' }, { await: 'rejected' }] },
  'superseded-in-approval': { riskTier: 'high', moves: [{ decide: 'APPROVED' }, { decide: 'APPROVED', signOff: 'compliance', by: 'compliance-1' }, { send: 'model_version.evidence_updated' }, { decide: 'REJECTED' }, { await: 'rejected' }] },
  'alarms': { riskTier: 'low', policy: watchful, moves: [{ await: 'registered' }, { send: 'model_version.withdrawn' }, { await: 'withdrawn' }] },
  'second-look': { riskTier: 'low', policy: doubtful, moves: [{ decide: 'APPROVED', by: 'validator-1' }, { decide: 'REJECTED', by: 'validator-2' }, { await: 'rejected' }] },
  'deferred': { riskTier: 'low', policy: unhurried, moves: [{ decide: 'APPROVED', form: (now) => ({ deferral: { check: 'completeness', countsAt: inMs(now, 1_500) } }) }, { await: 'approved' }] },
  'clock-stood-still': { riskTier: 'low', policy: buildPolicy('low', (policy) => void (policy.validation.signOff.dueIn = 'PT3S')), moves: [{ ask: true }, { await: 'registered' }, { send: 'model_version.withdrawn' }, { await: 'withdrawn' }] },
  'condition-kept': { riskTier: 'low', policy: unhurried, moves: [{ decide: 'APPROVED', form: promise(3_600_000) }, { await: 'approved' }, { fulfil: true }] },
  'condition-broken': { riskTier: 'low', policy: unhurried, moves: [{ decide: 'APPROVED', form: promise(1_000) }, { await: 'approved' }, { decide: 'REJECTED' }, { await: 'quarantined' }] },
  'evidence-failed': { riskTier: 'medium', moves: [{ await: 'registered' }, { send: 'model_version.withdrawn' }, { await: 'withdrawn' }] },
}; // prettier-ignore

const root = resolve(import.meta.dirname, '..');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const target = join(root, 'tests/replay/histories', process.argv[2] ?? version);
await mkdir(target, { recursive: true });

const folder = makeFolder();
const servers = { home: folder.path, logFolder: folder.logFolder };
const [postgres, temporal] = await Promise.all([
  startEmbeddedPostgres(servers),
  startTemporalServer({ ...servers, executable: findTool('temporal'), storage: 'memory' }),
]);
await makeTemplate(postgres);
const { databaseUrl } = await cloneDatabase(postgres);
const database = connectDatabase({ url: databaseUrl });
await seed(database, crowdPolicies);
const engine = await runEngine({
  database,
  address: temporal.address,
  namespace: 'default',
  // The name of the machine stays out of the files.
  identity: 'recorder',
  computeEvidence: async (request) => {
    const { model } = request.modelVersion;
    if (model.startsWith('evidence-failed'))
      throw ApplicationFailure.nonRetryable('its memory ran out', 'OUT_OF_MEMORY');
    if (model.startsWith('rejected-by-check'))
      return buildEvidence(request, [buildFinding({ verdict: 'FAIL', value: 0.483 })]);
    if (model.startsWith('deferred')) return buildEvidence(request, [buildFinding({ check: 'completeness' })]);
    return buildEvidence(request);
  },
});
const deps = intakeDepsOf(database);

let files = 0;
try {
  for (const [name, scenario] of Object.entries(scenarios)) files += await record(name, scenario);
  console.log(`${files} histories in ${target}`);
} finally {
  await engine.stop();
  await database.close();
  await Promise.all([temporal.stop(), postgres.stop()]);
  folder.remove();
}

async function record(name: string, { riskTier, moves, policy }: Scenario): Promise<number> {
  if (policy) await publish(policy);
  const submission = buildSubmission({ model: uniqueName(name), riskTier });
  const { modelVersionId } = await send('model_version.submitted', submission);
  for (const move of moves) {
    if ('decide' in move) await decide(modelVersionId, move);
    else if ('fulfil' in move) await fulfil(modelVersionId);
    else if ('ask' in move) await askAndAnswer(modelVersionId);
    else if ('send' in move)
      await send(
        move.send,
        move.send === 'model_version.withdrawn'
          ? { model: submission.model, version: submission.version, reason: 'Trained on the wrong table.' }
          : submission,
      );
    else await stage(modelVersionId, move.await);
  }
  await until(`${name}: every workflow ended`, async () => {
    const { rows } = await database.pool.query('SELECT FROM outbox UNION ALL SELECT FROM processes WHERE state = $1', [
      'RUNNING',
    ]);
    return rows.length === 0;
  });
  const { rows } = await database.pool.query<{ kind: string; round: number; workflow_id: string }>(
    'SELECT kind, round, workflow_id FROM processes WHERE model_version_id = $1 ORDER BY started_at',
    [modelVersionId],
  );
  for (const { kind, round, workflow_id: workflowId } of rows) {
    const handle = engine.client.workflow.getHandle(workflowId);
    await handle.result();
    const file = `${name}.${kind}${round > 1 ? `-${round}` : ''}.json`;
    // Stacks name files; where they lay on this machine is nobody's business.
    const history = historyToJSON(await handle.fetchHistory()).replaceAll(root, '');
    await writeFile(join(target, file), `${history}\n`);
  }
  return rows.length;
}

async function send(type: string, data: unknown) {
  const rawBody = Buffer.from(JSON.stringify({ type, timestamp: '2026-11-21T10:00:00Z', data }));
  return receiveDelivery(deps, { source: 'generic', rawBody, headers: signedHeaders(uniqueName('delivery'), rawBody) });
}

async function decide(
  modelVersionId: string,
  { decide: outcome, signOff, by, form = () => ({}) }: Extract<Move, { decide: unknown }>,
): Promise<void> {
  await until(`${outcome} on ${signOff ?? 'validation'}`, async () => {
    const { rows } = await database.pool.query<{ id: string; revision: number; evidence_digest: string; handle: string }>(
      `SELECT r.id, r.revision, r.evidence_digest, c.handle FROM reviews r JOIN review_candidates c ON c.review_id = r.id
       WHERE r.model_version_id = $1 AND r.sign_off = $2 AND c.is_waiting AND ($3::text IS NULL OR c.handle = $3) ORDER BY c.handle LIMIT 1`,
      [modelVersionId, signOff ?? 'validation', by ?? null],
    ); // prettier-ignore
    const [review] = rows;
    if (!review) return false;
    const submitted = {
      reviewId: review.id,
      command: {
        outcome,
        reason: `Read the plan and the metrics, ${uniqueName('note')}`,
        revision: review.revision,
        evidenceDigest: review.evidence_digest,
        form: { dispositions: [], ...form(Date.now()) },
      },
      idempotencyKey: uniqueName('key'),
    };
    const caller = callerOf(review.handle);
    await (submitted.command.form.deferral ? submitDeferral : submitDecision)(deps, caller, submitted);
    return true;
  });
}

async function publish(rules: Policy): Promise<void> {
  const actor = { type: 'system', id: 'recorder' } as const;
  await database.withTransaction((tx) => publishPolicy(tx, { rules, source: '', actor, reason: 'To be recorded.', at: new Date() })); // prettier-ignore
}

async function fulfil(modelVersionId: string): Promise<void> {
  await until('a condition', async () => {
    const { rows } = await database.pool.query<{ id: string }>('SELECT id FROM conditions WHERE model_version_id = $1', [modelVersionId]); // prettier-ignore
    if (!rows[0]) return false;
    await fulfilCondition(deps, callerOf('data-scientist-1'), { conditionId: rows[0].id, reason: 'It watches since today.' }); // prettier-ignore
    return true;
  });
}

/** Asks for information, and answers two seconds later: past the deadline that stood before. */
async function askAndAnswer(modelVersionId: string): Promise<void> {
  await until('an open review', async () => {
    const { rows } = await database.pool.query<{ id: string }>('SELECT id FROM reviews WHERE model_version_id = $1 AND closed_at IS NULL', [modelVersionId]); // prettier-ignore
    const [review] = rows;
    if (!review) return false;
    const { question } = await requestInformation(deps, callerOf('validator-1'), { reviewId: review.id, question: 'Which rows were left out?' }); // prettier-ignore
    await delay(4_000);
    await answerQuestion(deps, callerOf('data-scientist-1'), {
      reviewId: review.id,
      questionId: question.id,
      answer: 'Those without a score.',
    });
    return true;
  });
}

async function stage(modelVersionId: string, wanted: string): Promise<void> {
  await until(`stage ${wanted}`, async () => {
    const { rows } = await database.pool.query<{ stage: string; validated: boolean }>(
      `SELECT stage, EXISTS (SELECT FROM processes p WHERE p.model_version_id = v.id AND kind = 'validation' AND state = 'COMPLETED') AS validated
       FROM model_versions v WHERE id = $1`,
      [modelVersionId],
    );
    // A version is registered before anything ran, too.
    return rows[0]?.stage === wanted && (wanted !== 'registered' || rows[0].validated);
  });
}

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`This did not happen: ${what}`);
    await delay(50);
  }
}
