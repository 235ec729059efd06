import type { Role } from '../domain/actor.ts';
import { countFindings, needsDisposition, evidencePackSchema, type EvidencePack } from '../domain/evidence.ts';
import type { NewEntry } from '../domain/journal.ts';
import { durationMs } from '../domain/duration.ts';
import type { PinnedPolicy, SignOff } from '../domain/policy.ts';
import { reviewRulesOf } from '../domain/review-policy.ts';
import type { ReviewKind } from '../domain/review.ts';
import { questionOf, summaryOf } from '../domain/review-wording.ts';
import { involvementOf } from '../domain/separation-of-duties.ts';
import type { DbOrTx } from '../db/client.ts';
import { newId } from '../db/new-id.ts';
import { getEvidencePack } from '../db/queries/evidence.ts';
import { appendEntries } from '../db/queries/journal.ts';
import { getPinnedPolicy } from '../db/queries/policies.ts';
import { getProcessById, type ProcessRow } from '../db/queries/processes.ts';
import {
  findPeopleWithRoles,
  findReview,
  findReviewsOfProcess,
  insertReview,
  type ReviewRow,
} from '../db/queries/reviews.ts';
import { lockVersionById, type VersionRow } from '../db/queries/versions.ts';
import type { OpenedReview, OpenedStage } from '../workflows/contract.ts';
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
  return deps.database.withTransaction(async (tx) => {
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
      kind: 'conflict',
      excluded,
    });
  });
}

const isStopped = (process: ProcessRow, version: VersionRow): boolean =>
  process.state !== 'RUNNING' || version.stage === 'withdrawn' || version.round !== process.round;

async function packOf(tx: DbOrTx, version: VersionRow): Promise<EvidencePack> {
  if (version.evidenceDigest === null)
    throw new Error(`Model version ${version.id} has no evidence for round ${version.round}`);
  return evidencePackSchema.parse(JSON.parse((await getEvidencePack(tx, version.evidenceDigest)).content.toString()));
}

async function decidersOf(tx: DbOrTx, review: ReviewRow): Promise<string[]> {
  const rows = await tx.query.decisions.findMany({
    where: (decision, { eq }) => eq(decision.reviewId, review.id),
    columns: { handle: true },
  });
  return rows.map((row) => row.handle);
}

interface Opening {
  process: ProcessRow;
  version: VersionRow;
  policy: PinnedPolicy;
  pack: EvidencePack;
  signOff: SignOff;
  kind: ReviewKind;
  /** People who may not decide beside those bound to the version. */
  excluded: readonly string[];
}

async function openReview(deps: ActivityDeps, tx: DbOrTx, opening: Opening): Promise<OpenedReview> {
  const { process, version, policy, pack, signOff, kind } = opening;
  const rules = kind === 'conflict' ? signOff.conflict : signOff;
  const candidates = await candidatesFor(tx, opening, rules.roles);
  const at = deps.now();
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
      title: kind === 'conflict' ? `${signOff.title}: conflict` : signOff.title,
      question: questionOf(process.kind, kind, {
        model: version.model,
        version: version.version,
        incumbent: pack.champion?.version ?? null,
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
        policy: { id: policy.id, version: policy.version },
        owner: version.owner,
        author: version.author,
        contributors: version.contributors,
        commitAuthors: [],
        accountable: null,
        findingsToAnswer: pack.findings.filter(needsDisposition),
        findingCounts: countFindings(pack.findings),
      },
      dueAt: new Date(at.getTime() + durationMs(rules.dueIn)),
      createdAt: at,
    },
    candidates,
  );
  if (!review) return standingReview(tx, process, signOff, kind);
  await appendEntries(
    tx,
    [
      openedEntry(
        review,
        candidates.map((candidate) => candidate.handle),
        policy,
      ),
    ],
    at,
  );
  return { id: review.id, dueAt: review.dueAt.toISOString() };
}

async function candidatesFor(
  tx: DbOrTx,
  { version, excluded }: Opening,
  roles: readonly Role[],
): Promise<{ handle: string; role: Role }[]> {
  const people = await findPeopleWithRoles(tx, roles);
  return people
    .filter((person) => involvementOf(person, version) === undefined && !excluded.includes(person.handle))
    .map((person) => ({ handle: person.handle, role: roles.find((role) => person.roles.includes(role))! }));
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
  return { id: review.id, dueAt: review.dueAt.toISOString() };
}

function openedEntry(review: ReviewRow, candidates: string[], policy: PinnedPolicy): NewEntry {
  const shortage =
    candidates.length < review.quorumRequired
      ? ` Only ${candidates.length} of the ${review.quorumRequired} people it needs may decide.`
      : '';
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
      candidates,
      required: review.quorumRequired,
      dueAt: review.dueAt.toISOString(),
      evidenceDigest: review.evidenceDigest,
    },
  };
}
