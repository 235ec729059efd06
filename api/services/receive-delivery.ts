import { isDeepStrictEqual } from 'node:util';
import { and, eq, sql } from 'drizzle-orm';
import type { Actor } from '../../domain/actor.ts';
import { Refused } from '../../domain/errors.ts';
import { chainEntry, emptyHead, type NewEntry } from '../../domain/journal.ts';
import { changesBetween, keepsDecisions } from '../../domain/material-change.ts';
import { canWithdraw, takesNewEvidence } from '../../domain/stage.ts';
import type { Intake, Submission } from '../../domain/submission.ts';
import { isUniqueViolation, nullViolationColumn, type DbOrTx } from '../../db/client.ts';
import { newId } from '../../db/new-id.ts';
import {
  findDelivery,
  insertDelivery,
  insertNewVersion,
  lockVersion,
  type NewVersion,
} from '../../db/queries/intake.ts';
import { findDecisionsOfRound } from '../../db/queries/read-reviews.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { enqueue } from '../../db/queries/outbox.ts';
import { getPinnedPolicy } from '../../db/queries/policies.ts';
import { findRunningProcesses } from '../../db/queries/processes.ts';
import { closeReview, lockOpenReviews } from '../../db/queries/reviews.ts';
import { moveVersion, type VersionRow } from '../../db/queries/versions.ts';
import { modelVersions, processes } from '../../db/schema/index.ts';
import { sha256 } from '../../db/sha256.ts';
import { parseIntake } from '../../integrations/generic/parse-intake.ts';
import { verifySignature, type SignedDelivery } from '../../integrations/generic/verify-signature.ts';
import { EVIDENCE_ARRIVED, PROCESS_STOPPED, processWorkflowId, type ProcessStopped } from '../../workflows/contract.ts';
import { parseJson } from '../parse-json.ts';
import type { IntakeAnswer } from '../schemas/views.ts';
import type { Deps } from './deps.ts';
import { fileProblems } from './file-problems.ts';

export interface WebhookSource {
  /** `whsec_…`, several while one is rotated. */
  secrets: readonly string[];
  /** Handle of the service account that this source submits as. */
  account: string;
}

export interface IntakeDeps extends Deps {
  sourceOf: (source: string) => WebhookSource | undefined;
}

export interface Delivery extends SignedDelivery {
  source: string;
}

/** What every branch of the intake works on. */
interface Received {
  source: string;
  account: string;
  deliveryId: string;
  bodyDigest: string;
}

/**
 * Takes a pipeline's webhook in: verified over its raw bytes, parsed once, written in one transaction.
 * A replay answers what was answered and writes nothing. Throws Refused, having written nothing.
 */
export async function receiveDelivery(deps: IntakeDeps, delivery: Delivery): Promise<IntakeAnswer> {
  const source = deps.sourceOf(delivery.source);
  if (!source) throw new Refused('NOT_FOUND', 'There is no such source of webhooks.');
  const deliveryId = verifySignature(delivery, source.secrets, deps.now());
  const intake = parseIntake(parseJson(delivery.rawBody));
  const received: Received = {
    source: delivery.source,
    account: source.account,
    deliveryId,
    bodyDigest: sha256(delivery.rawBody),
  };
  const answer = await takeIn(deps, received, intake);
  deps.wakeRelay();
  return answer;
}

async function takeIn(deps: IntakeDeps, received: Received, intake: Intake): Promise<IntakeAnswer> {
  switch (intake.type) {
    case 'model_version.submitted':
      return submitVersion(deps, received, intake.data);
    case 'model_version.evidence_updated':
      return inDeliveryTransaction(deps, received, (tx) => updateEvidence(deps, tx, received, intake.data));
    case 'model_version.withdrawn':
      return inDeliveryTransaction(deps, received, (tx) => withdrawVersion(deps, tx, received, intake.data));
  }
}

async function submitVersion(deps: IntakeDeps, received: Received, submission: Submission): Promise<IntakeAnswer> {
  refuseUnreadableFiles(deps, submission);
  const versionId = newId('modelVersion');
  const processId = newId('process');
  const answer = answerOf(deps, received, submission, versionId, processId);
  const entry = chainEntry(
    emptyHead,
    submittedEntry(received, submission, versionId, processId),
    deps.now().toISOString(),
    sha256,
  );
  const isNew = await insertUnlessKnown(deps, {
    delivery: { ...received, answer },
    version: { id: versionId, submittedBy: received.account, submission },
    lifecycle: {
      id: processId,
      workflowId: processWorkflowId(processId),
      start: { do: 'start', kind: 'lifecycle', input: { processId, modelVersionId: versionId, round: 0 } },
    },
    entry,
  });
  return isNew
    ? answer
    : inDeliveryTransaction(deps, received, (tx) => answerKnownVersion(deps, tx, received, submission));
}

async function insertUnlessKnown(deps: IntakeDeps, version: NewVersion): Promise<boolean> {
  try {
    await insertNewVersion(deps.database.pool, version);
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    const missing = nullViolationColumn(error);
    if (missing === 'owner' || missing === 'author')
      throw new Refused('INVALID', `The ${missing} is nobody we know, so nobody would be accountable.`, {
        errors: [{ pointer: `/data/${missing}`, message: 'is no active person of this installation' }],
      });
    if (missing === 'policy_id')
      throw new Refused(
        'NOT_READY',
        `No policy is published for tier ${version.version.submission.riskTier}. Publish one, then deliver again.`,
      );
    throw error;
  }
}

/** Runs a transaction that ends with the delivery; a delivery that is known answers what it answered, or is a conflict. */
async function inDeliveryTransaction(
  deps: IntakeDeps,
  received: Received,
  work: (tx: DbOrTx) => Promise<IntakeAnswer>,
): Promise<IntakeAnswer> {
  const known = await answerKnownDelivery(deps.database.db, received);
  if (known) return known;
  try {
    return await deps.database.withTransaction(async (tx) => {
      const answer = await work(tx);
      if (!(await insertDelivery(tx, { ...received, answer }))) throw new DeliveredMeanwhile();
      return answer;
    });
  } catch (error) {
    const twin =
      error instanceof DeliveredMeanwhile || error instanceof Refused
        ? await answerKnownDelivery(deps.database.db, received)
        : undefined;
    if (twin) return twin;
    throw error;
  }
}

/** Rolls back the transaction of the slower of two twins. */
class DeliveredMeanwhile extends Error {}

async function answerKnownDelivery(db: DbOrTx, received: Received): Promise<IntakeAnswer | undefined> {
  const known = await findDelivery(db, received.source, received.deliveryId);
  if (!known) return undefined;
  if (known.bodyDigest !== received.bodyDigest)
    throw new Refused(
      'DELIVERY_CONFLICT',
      'This webhook-id was delivered before with another body. Take a new id for a new event.',
    );
  return { ...known.answer, replayed: true };
}

/** The version came before under another delivery: the same content is the same event, anything else a conflict. */
async function answerKnownVersion(
  deps: IntakeDeps,
  tx: DbOrTx,
  received: Received,
  submission: Submission,
): Promise<IntakeAnswer> {
  const version = await getVisibleVersion(tx, received, submission.model, submission.version);
  if (version.artifactDigest !== submission.artifact.digest)
    throw new Refused(
      'VERSION_CONFLICT',
      `${submission.model} ${submission.version} is known with another artifact. Another artifact is another version.`,
      {
        errors: [{ pointer: '/data/artifact/digest', message: `is ${version.artifactDigest} for this version` }],
      },
    );
  if (!isDeepStrictEqual(version.submission, submission))
    throw new Refused(
      'VERSION_CONFLICT',
      `${submission.model} ${submission.version} is known with other content. Send model_version.evidence_updated to open a new round.`,
    );
  return answerOf(deps, received, submission, version.id, await getLifecycleId(tx, version.id));
}

async function updateEvidence(
  deps: IntakeDeps,
  tx: DbOrTx,
  received: Received,
  submission: Submission,
): Promise<IntakeAnswer> {
  refuseUnreadableFiles(deps, submission);
  const version = await getVisibleVersion(tx, received, submission.model, submission.version);
  if (version.artifactDigest !== submission.artifact.digest)
    throw new Refused(
      'VERSION_CONFLICT',
      'New evidence is about the same artifact. Another artifact is another version.',
      {
        errors: [{ pointer: '/data/artifact/digest', message: `is ${version.artifactDigest} for this version` }],
      },
    );
  refuseOtherAccountability(version, submission);
  if (!takesNewEvidence(version.stage))
    throw new Refused('WRONG_STATE', `The version is ${version.stage}; it takes no new evidence.`);
  const { rules } = await getPinnedPolicy(tx, version.policyId, version.policyVersion);
  if (version.round >= rules.rounds.maximum)
    throw new Refused(
      'WRONG_STATE',
      `The policy allows ${rules.rounds.maximum} rounds of evidence, and this version had them. Submit a new version.`,
    );
  const round = version.round + 1;
  const lifecycleId = await getLifecycleId(tx, version.id);
  const changed = changesBetween(version.submission, submission);
  const keeps = keepsDecisions(rules, changed);
  const fates = await fatesOf(tx, version, keeps);
  const reason = [`New evidence opened round ${round}.`, ...fateSentences(fates)].join(' ');
  const closed = await stopProcesses(deps, tx, version, { cause: 'SUPERSEDED', reason }, lifecycleId);
  await tx
    .update(modelVersions)
    .set({
      submission,
      round,
      keepsDecisions: keeps,
      evidenceDigest: null,
      stage: 'registered',
      contributors: submission.contributors,
      updatedAt: sql`clock_timestamp()`,
    })
    .where(eq(modelVersions.id, version.id));
  await enqueue(tx, [
    {
      workflowId: processWorkflowId(lifecycleId),
      message: { do: 'tell', what: EVIDENCE_ARRIVED, payload: { round } },
    },
  ]);
  const updated: NewEntry = {
    ...submittedEntry(received, submission, version.id, lifecycleId),
    type: 'model_version.evidence_updated',
    reason,
  };
  await appendEntries(
    tx,
    [{ ...updated, data: { ...updated.data, round, changed, decisions: fates } }, ...closed],
    deps.now(),
  );
  return answerOf(deps, received, submission, version.id, lifecycleId);
}

interface Fate {
  id: string;
  by: string;
  outcome: string;
  fate: 'kept' | 'void';
}

/** For the threads of the reviews that end by it, in every channel. */
function fateSentences(fates: readonly Fate[]): string[] {
  const of = (fate: Fate['fate']) =>
    [...new Set(fates.filter((one) => one.fate === fate).map(({ by }) => by))].join(', ');
  const [kept, void_] = [of('kept'), of('void')];
  return [
    ...(kept === '' ? [] : [`What it did not touch stands on: the approval of ${kept}.`]),
    ...(void_ === '' ? [] : [`No longer counted: the answer of ${void_}.`]),
  ];
}

/** Each decision of the round that ends, and whether it stands on: said in the transaction that ends it. */
async function fatesOf(tx: DbOrTx, version: VersionRow, keeps: boolean): Promise<Fate[]> {
  const given = await findDecisionsOfRound(tx, version.id, version.round);
  return given.map(({ id, handle, outcome }) => ({
    id,
    by: handle,
    outcome,
    fate: keeps && outcome === 'APPROVED' ? 'kept' : 'void',
  }));
}

async function withdrawVersion(
  deps: IntakeDeps,
  tx: DbOrTx,
  received: Received,
  { model, version: name, reason }: { model: string; version: string; reason: string },
): Promise<IntakeAnswer> {
  const version = await getVisibleVersion(tx, received, model, name);
  if (!canWithdraw(version.stage))
    throw new Refused('WRONG_STATE', `The version is ${version.stage}; it can no longer be withdrawn.`);
  const lifecycleId = await getLifecycleId(tx, version.id);
  const closed = await stopProcesses(deps, tx, version, { cause: 'WITHDRAWN', reason });
  await moveVersion(tx, version.id, { stage: 'withdrawn' });
  const withdrawn: NewEntry = {
    stream: version.id,
    type: 'model_version.withdrawn',
    actor: accountActor(received),
    reason,
    data: { model, version: name, from: version.stage, delivery: { source: received.source, id: received.deliveryId } },
  };
  await appendEntries(tx, [withdrawn, ...closed], deps.now());
  return answerOf(deps, received, { model, version: name }, version.id, lifecycleId);
}

/** Closes the open reviews of the version's running processes and tells their workflows; answers the entries to journal. `spared` runs on. */
async function stopProcesses(
  deps: Deps,
  tx: DbOrTx,
  version: VersionRow,
  stop: ProcessStopped,
  spared?: string,
): Promise<NewEntry[]> {
  const running = (await findRunningProcesses(tx, version.id)).filter((process) => process.id !== spared);
  const state = stop.cause === 'WITHDRAWN' ? 'CANCELED' : 'OBSOLETE';
  const entries: NewEntry[] = [];
  for (const review of await lockOpenReviews(
    tx,
    running.map((process) => process.id),
  )) {
    const closed = await closeReview(tx, {
      id: review.id,
      state,
      outcome: 'CANCELED',
      by: 'intake',
      reason: stop.reason,
      at: deps.now(),
    });
    if (!closed) continue;
    entries.push({
      stream: version.id,
      type: 'review.closed',
      actor: { type: 'system', id: 'intake' },
      reason: stop.reason,
      data: {
        reviewId: review.id,
        processId: review.processId,
        signOff: review.signOff,
        state,
        outcome: 'CANCELED',
        evidenceDigest: review.evidenceDigest,
      },
    });
  }
  await enqueue(
    tx,
    running.map((process) => ({
      workflowId: process.workflowId,
      message: { do: 'tell', what: PROCESS_STOPPED, payload: stop } as const,
    })),
  );
  return entries;
}

async function getVisibleVersion(tx: DbOrTx, received: Received, model: string, name: string): Promise<VersionRow> {
  const version = await lockVersion(tx, model, name);
  if (!version || version.submittedBy !== received.account)
    throw new Refused('NOT_FOUND', `This source has submitted no ${model} ${name}.`);
  return version;
}

async function getLifecycleId(tx: DbOrTx, versionId: string): Promise<string> {
  const [process] = await tx
    .select({ id: processes.id })
    .from(processes)
    .where(and(eq(processes.modelVersionId, versionId), eq(processes.kind, 'lifecycle')));
  if (!process) throw new Error(`Model version ${versionId} has no lifecycle`);
  return process.id;
}

/** Whoever was bound to the version stays bound: a new round may add contributors, never free one. */
function refuseOtherAccountability(version: VersionRow, submission: Submission): void {
  const problems = [
    ...(version.owner === submission.owner
      ? []
      : [{ pointer: '/data/owner', message: `is ${version.owner} for this version` }]),
    ...(version.author === submission.author
      ? []
      : [{ pointer: '/data/author', message: `is ${version.author} for this version` }]),
    ...(version.riskTier === submission.riskTier
      ? []
      : [{ pointer: '/data/riskTier', message: `is ${version.riskTier} for this version` }]),
    ...(version.contributors.every((contributor) => submission.contributors.includes(contributor))
      ? []
      : [{ pointer: '/data/contributors', message: 'drops somebody who contributed before' }]),
    ...(commitAuthorsOf(version.submission).every((author) => commitAuthorsOf(submission).includes(author))
      ? []
      : [{ pointer: '/data/lineage/code/authors', message: 'drops somebody who wrote code before' }]),
  ];
  if (problems.length > 0)
    throw new Refused('INVALID', 'New evidence changes what only a new version may change.', { errors: problems });
}

const commitAuthorsOf = (submission: Submission): readonly string[] => submission.lineage.code?.authors ?? [];

function refuseUnreadableFiles(deps: Deps, submission: Submission): void {
  const errors = fileProblems(submission, deps.fileRoots);
  if (errors.length > 0) throw new Refused('INVALID', 'A file lies where this installation may not read.', { errors });
}

const accountActor = (received: Received): Actor => ({ type: 'service_account', id: received.account });

function submittedEntry(received: Received, submission: Submission, versionId: string, processId: string): NewEntry {
  return {
    stream: versionId,
    type: 'model_version.submitted',
    actor: accountActor(received),
    reason: `Pipeline delivered ${received.deliveryId}.`,
    data: {
      model: submission.model,
      version: submission.version,
      riskTier: submission.riskTier,
      owner: submission.owner,
      author: submission.author,
      contributors: submission.contributors,
      artifactDigest: submission.artifact.digest,
      processId,
      delivery: { source: received.source, id: received.deliveryId, bodyDigest: received.bodyDigest },
    },
  };
}

function answerOf(
  deps: Deps,
  received: Received,
  { model, version }: Pick<Submission, 'model' | 'version'>,
  modelVersionId: string,
  processId: string,
): IntakeAnswer {
  const path = `/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`;
  return {
    deliveryId: received.deliveryId,
    modelVersionId,
    processId,
    links: { self: `${deps.publicUrl}/v1${path}`, html: `${deps.publicUrl}${path}` },
  };
}
