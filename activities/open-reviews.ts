import {
  byAttention,
  countFindings,
  needsDisposition,
  evidencePackSchema,
  type EvidencePack,
} from '../domain/evidence.ts';
import type { NewEntry } from '../domain/journal.ts';
import { alarmsOf } from '../domain/alarm.ts';
import { askingOf } from '../domain/asking.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { boundPeople, whoMayDecide, type Eligibility } from '../domain/eligibility.ts';
import type { PinnedPolicy, SignOff } from '../domain/policy.ts';
import { reviewRulesOf } from '../domain/review-policy.ts';
import type { ReviewKind } from '../domain/review.ts';
import { questionOf, summaryOf, titleOf } from '../domain/review-wording.ts';
import type { Excluded } from '../domain/separation-of-duties.ts';
import type { DbOrTx } from '../db/client.ts';
import { newId } from '../db/new-id.ts';
import { findPeopleInQuestion, questionFor, versionInQuestion } from '../db/queries/eligibility.ts';
import { getEvidencePack } from '../db/queries/evidence.ts';
import { appendEntries } from '../db/queries/journal.ts';
import { getPinnedPolicy } from '../db/queries/policies.ts';
import { getProcessById, type ProcessRow } from '../db/queries/processes.ts';
import { findReview, findReviewsOfProcess, insertReview, type ReviewRow } from '../db/queries/reviews.ts';
import { lockVersionById, type VersionRow } from '../db/queries/versions.ts';
import type { OpenedReview, OpenedStage } from '../workflows/contract.ts';
import { carryDecisions } from './carry-decisions.ts';
import type { ActivityDeps } from './deps.ts';

export interface OpenReviews {
  processId: string;
  /** Counts from 0; sign-offs of one stage stand side by side. */
  stage: number;
}

/** Opens the reviews of a stage, for all who may decide. Opens none when the process was stopped; the signal about that is on its way. Repeating it answers the same. */
export async function openReviews(deps: ActivityDeps, { processId, stage }: OpenReviews): Promise<OpenedStage> {
  const opened = await deps.database.withTransaction(async (tx) => {
    const process = await getProcessById(tx, processId);
    const version = await lockVersionById(tx, process.modelVersionId);
    return openStage(deps, tx, { process, version, stage });
  });
  deps.wakeRelay();
  return opened;
}

/** The same within a transaction that holds the version's lock. */
export async function openStage(
  deps: ActivityDeps,
  tx: DbOrTx,
  { process, version, stage }: { process: ProcessRow; version: VersionRow; stage: number },
): Promise<OpenedStage> {
  const policy = await getPinnedPolicy(tx, process.policyId, process.policyVersion);
  const stages =
    process.kind === 'validation' ? [{ signOffs: [policy.rules.validation.signOff] }] : policy.rules.approval.stages;
  const isLastStage = stage >= stages.length - 1;
  const signOffs = stages[stage]?.signOffs ?? [];
  if (isStopped(process, version) || signOffs.length === 0) return { reviews: [], isLastStage };
  const pack = await packOf(tx, version);
  const opened: OpenedReview[] = [];
  for (const signOff of signOffs)
    opened.push(
      await openReview(deps, tx, { process, version, policy, pack, signOff, kind: 'sign_off', excluded: [] }),
    );
  return { reviews: opened, isLastStage };
}

/** Opens the review that settles a conflict, for people who did not take part in it. undefined when the process was stopped meanwhile. */
export async function openConflictReview(
  deps: ActivityDeps,
  { reviewId }: { reviewId: string },
): Promise<OpenedReview | undefined> {
  return openAfter(deps, reviewId, 'conflict');
}

async function openAfter(
  deps: ActivityDeps,
  reviewId: string,
  kind: 'conflict' | 'second_look',
): Promise<OpenedReview | undefined> {
  const opened = await deps.database.withTransaction(async (tx) => {
    const contested = await findReview(tx, reviewId);
    if (!contested) throw new Error(`Review ${reviewId} is not there`);
    const process = await getProcessById(tx, contested.processId);
    const version = await lockVersionById(tx, process.modelVersionId);
    if (isStopped(process, version)) return undefined;
    const policy = await getPinnedPolicy(tx, process.policyId, process.policyVersion);
    const pack = await packOf(tx, version);
    const excluded = await decidersOf(tx, contested);
    return openReview(deps, tx, {
      process,
      version,
      policy,
      pack,
      signOff: contested.terms.signOff,
      kind,
      excluded,
    });
  });
  deps.wakeRelay();
  return opened;
}

/** Opens the second look at a sampled approval, for people who took no part in it. undefined when the process was stopped meanwhile. */
export async function openSecondLook(
  deps: ActivityDeps,
  { reviewId }: { reviewId: string },
): Promise<OpenedReview | undefined> {
  return openAfter(deps, reviewId, 'second_look');
}

export const isStopped = (process: ProcessRow, version: VersionRow): boolean =>
  process.state !== 'RUNNING' || version.stage === 'withdrawn' || version.round !== process.round;

export async function packOf(tx: DbOrTx, version: VersionRow): Promise<EvidencePack> {
  if (version.evidenceDigest === null)
    throw new Error(`Model version ${version.id} has no evidence for round ${version.round}`);
  return evidencePackSchema.parse(JSON.parse((await getEvidencePack(tx, version.evidenceDigest)).content.toString()));
}

/** Who decided there, and whom they stood in for. */
export async function decidersOf(tx: DbOrTx, review: ReviewRow): Promise<Opening['excluded']> {
  const rows = await tx.query.decisions.findMany({
    where: (decision, { eq }) => eq(decision.reviewId, review.id),
    columns: { handle: true, onBehalfOf: true },
  });
  return rows
    .flatMap((row) => [row.handle, ...(row.onBehalfOf === null ? [] : [row.onBehalfOf])])
    .map((handle) => ({ handle, why: 'took part in the review that this one is about' }));
}

interface Opening {
  process: ProcessRow;
  version: VersionRow;
  policy: PinnedPolicy;
  pack: EvidencePack;
  signOff: SignOff;
  kind: ReviewKind;
  /** People who took part in what this review is about. */
  excluded: readonly Excluded[];
}

export async function openReview(deps: ActivityDeps, tx: DbOrTx, opening: Opening): Promise<OpenedReview> {
  const { process, version, policy, pack, signOff, kind } = opening;
  const rules = askingOf(kind, signOff, policy.rules);
  const { secondReview } = policy.rules;
  const at = deps.now();
  const { asked, commitAuthors, accountable, excluded } = await askPeople(tx, opening, at);
  const review = await insertReview(
    tx,
    {
      id: newId('review'),
      processId: process.id,
      processKind: process.kind,
      modelVersionId: version.id,
      model: version.model,
      version: version.version,
      riskTier: version.riskTier,
      kind,
      signOff: signOff.name,
      round: process.round,
      title: titleOf(signOff.title, kind),
      question: questionOf(process.kind, kind, {
        model: version.model,
        version: version.version,
        incumbent: pack.champion?.version ?? null,
        endsWithValidation: policy.rules.approval.stages.length === 0,
      }),
      summary: summaryOf(pack),
      state: 'READY',
      revision: 1,
      materialRevision: 1,
      evidenceDigest: version.evidenceDigest!,
      quorumRequired: rules.quorum,
      missingRoles: [...rules.roles],
      terms: {
        signOff,
        reason: policy.rules.reason,
        rules: reviewRulesOf(policy.rules),
        isSampled: kind === 'sign_off' && secondReview !== undefined && Math.random() < secondReview.rate,
        policy: { id: policy.id, version: policy.version },
        owner: version.owner,
        author: version.author,
        contributors: version.contributors,
        commitAuthors,
        accountable,
        excluded,
        findingsToAnswer: pack.findings.filter(needsDisposition).toSorted(byAttention),
        findingCounts: countFindings(pack.findings),
      },
      dueAt: deadlineAfter(at, rules.dueIn, policy.rules.calendar),
      createdAt: at,
    },
    asked.may,
  );
  if (!review) return standingReview(tx, process, signOff, kind);
  const rerouted = asked.rerouted === null ? [] : [reroutedEntry(review, asked.rerouted, asked)];
  const carried = kind === 'sign_off' && version.keepsDecisions ? await carryDecisions(tx, review, at) : [];
  await appendEntries(tx, [openedEntry(review, asked, policy), ...rerouted, ...carried], at);
  return openedOf(review);
}

/** What its process needs to know to hold it. */
function openedOf({ id, kind, dueAt, createdAt, terms }: ReviewRow): OpenedReview {
  const alarms = kind === 'sign_off' ? alarmsOf(terms.signOff, createdAt, dueAt, terms.rules.calendar) : [];
  return {
    id,
    dueAt: dueAt.toISOString(),
    ...(alarms.length > 0 && { alarms }),
    ...(terms.isSampled === true && { isSampled: true }),
  };
}

interface Asked {
  asked: Eligibility;
  commitAuthors: string[];
  /** Who answers for the software that delivered the version. */
  accountable: string | null;
  /** People with a deciding role who are bound to the version, whether or not this review asks their role. */
  excluded: Excluded[];
}

async function askPeople(tx: DbOrTx, { version, policy, signOff, kind, excluded }: Opening, at: Date): Promise<Asked> {
  const rules = reviewRulesOf(policy.rules);
  const question = { ...questionFor(kind, signOff, rules), excluded };
  const inQuestion = await versionInQuestion(tx, version, signOff.name, rules);
  const people = await findPeopleInQuestion(tx, inQuestion, question, at);
  const now = at.toISOString();
  return {
    asked: whoMayDecide(people, inQuestion, question, rules, now),
    commitAuthors: [...inQuestion.commitAuthors],
    accountable: people.find((person) => person.handle === version.submittedBy)?.accountable ?? null,
    excluded: boundPeople(people, inQuestion, question, rules, now),
  };
}

async function standingReview(
  tx: DbOrTx,
  process: ProcessRow,
  signOff: SignOff,
  kind: ReviewKind,
): Promise<OpenedReview> {
  const review = (await findReviewsOfProcess(tx, process.id)).find(
    (candidate) => candidate.signOff === signOff.name && candidate.kind === kind,
  );
  if (!review) throw new Error(`The ${signOff.name} review of ${process.id} is not there`);
  return openedOf(review);
}

function reroutedEntry(review: ReviewRow, reason: string, { may }: Eligibility): NewEntry {
  return {
    stream: review.modelVersionId,
    type: 'review.rerouted',
    actor: { type: 'system', id: `workflow/${review.processKind}` },
    reason,
    data: {
      reviewId: review.id,
      processId: review.processId,
      signOff: review.signOff,
      asked: may.filter(({ via }) => via === 'fallback').map(({ handle }) => handle),
    },
  };
}

function openedEntry(review: ReviewRow, { may, mayNot }: Eligibility, policy: PinnedPolicy): NewEntry {
  const voices = may.filter(({ onBehalfOf }) => onBehalfOf === null).length;
  const shortage =
    voices < review.quorumRequired ? ` Only ${voices} of the ${review.quorumRequired} people it needs may decide.` : '';
  return {
    stream: review.modelVersionId,
    type: 'review.opened',
    actor: { type: 'system', id: `workflow/${review.processKind}` },
    reason: `Policy ${policy.id} version ${policy.version} asks for ${review.title}.${shortage}`,
    data: {
      reviewId: review.id,
      processId: review.processId,
      kind: review.kind,
      signOff: review.signOff,
      round: review.round,
      candidates: may.map(({ handle }) => handle),
      excluded: mayNot.map(({ handle, why }) => ({ handle, why })),
      required: review.quorumRequired,
      dueAt: review.dueAt.toISOString(),
      evidenceDigest: review.evidenceDigest,
    },
  };
}
