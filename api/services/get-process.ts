import { getPinnedPolicy } from '../../db/queries/policies.ts';
import { findProcess } from '../../db/queries/read-models.ts';
import type { ProcessRow } from '../../db/queries/processes.ts';
import { listOverrides, type OverrideRow } from '../../db/queries/read-overrides.ts';
import { findReviewsOfProcess, type ReviewRow } from '../../db/queries/reviews.ts';
import { getVersionById } from '../../db/queries/versions.ts';
import { Refused } from '../../domain/errors.ts';
import type { Policy, SignOff } from '../../domain/policy.ts';
import { isClosed } from '../../domain/review.ts';
import type { OverrideView, ProcessView } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { processSummaryOf } from './process-summary.ts';
import { isVisible } from './read-scope.ts';

/** A process with every sign-off that its policy asks for, those that are not opened yet too. Throws NOT_FOUND. */
export async function getProcess(deps: Deps, caller: Caller, id: string): Promise<ProcessView> {
  const { db } = deps.database;
  const process = await findProcess(db, id);
  if (!process) throw notFound();
  const [version, policy, reviews, overrides] = await Promise.all([
    getVersionById(db, process.modelVersionId),
    getPinnedPolicy(db, process.policyId, process.policyVersion),
    findReviewsOfProcess(db, id),
    listOverrides(db, process.modelVersionId),
  ]);
  if (!isVisible(caller, version)) throw notFound();
  return {
    ...processSummaryOf(process),
    workflowId: process.workflowId,
    modelVersion: { id: version.id, model: version.model, version: version.version },
    policy: { id: policy.id, version: policy.version, digest: policy.digest },
    signOffs: signOffsOf(process.kind, policy.rules).map((signOff) => signOffViewOf(signOff, reviews, overrides)),
    reviews: reviews.map((review) => review.id),
  };
}

const notFound = () => new Refused('NOT_FOUND', 'There is no such process.');

function signOffsOf(kind: ProcessRow['kind'], policy: Policy): SignOff[] {
  if (kind === 'validation') return [policy.validation.signOff];
  return kind === 'approval' ? policy.approval.stages.flatMap((stage) => stage.signOffs) : [];
}

function signOffViewOf(
  signOff: SignOff,
  all: readonly ReviewRow[],
  overrides: readonly OverrideRow[],
): ProcessView['signOffs'][number] {
  const reviews = all.filter((review) => review.signOff === signOff.name);
  // Where people disagreed, the review that settles it speaks for the sign-off.
  const speaking = reviews.find((review) => review.kind === 'conflict') ?? reviews[0];
  const override = overrides.find(({ reviewId }) => reviewId === speaking?.id);
  const isOver = reviews.every((review) => isClosed(review.state)) && speaking?.outcome !== 'CONFLICT';
  return {
    name: signOff.name,
    title: signOff.title,
    state: speaking === undefined ? 'WAITING' : isOver ? 'CLOSED' : 'OPEN',
    outcome: speaking?.outcome ?? null,
    required: speaking?.quorumRequired ?? signOff.quorum,
    approvals: speaking?.approvals ?? 0,
    roles: speaking?.kind === 'conflict' ? signOff.conflict.roles : signOff.roles,
    reviews: reviews.map((review) => review.id),
    ...(override && { override: overrideViewOf(override) }),
  };
}

const overrideViewOf = ({ by, reason, outcome, at, afterTheFact, afterReviewId }: OverrideRow): OverrideView => ({
  by,
  reason,
  outcome,
  at,
  afterTheFact,
  review: afterReviewId,
});
