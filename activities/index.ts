import { beginProcess, type BeginProcess } from './begin-process.ts';
import { computeEvidence, type EvidenceActivityDeps } from './compute-evidence.ts';
import type { ActivityDeps } from './deps.ts';
import { endProcess, type EndProcess } from './end-process.ts';
import { expireReview } from './expire-review.ts';
import { openFollowUp } from './open-follow-up.ts';
import { openConflictReview, openReviews, openSecondLook, type OpenReviews } from './open-reviews.ts';
import { recheck } from './recheck.ts';
import { settleDeferral, type SettleDeferral } from './settle-deferral.ts';
import { ringAlarm, type RingAlarm } from './ring-alarm.ts';

/** Steps of one transaction each, run as local activities beside their workflow. */
export function createActivities(deps: ActivityDeps) {
  return {
    beginProcess: (begin: BeginProcess) => beginProcess(deps, begin),
    openReviews: (open: OpenReviews) => openReviews(deps, open),
    openConflictReview: (contested: { reviewId: string }) => openConflictReview(deps, contested),
    openSecondLook: (approved: { reviewId: string }) => openSecondLook(deps, approved),
    ringAlarm: (ring: RingAlarm) => ringAlarm(deps, ring),
    openFollowUp: (followUp: { processId: string }) => openFollowUp(deps, followUp),
    settleDeferral: (settle: SettleDeferral) => settleDeferral(deps, settle),
    expireReview: (overdue: { reviewId: string }) => expireReview(deps, overdue),
    endProcess: (end: EndProcess) => endProcess(deps, end),
  };
}
export type Activities = ReturnType<typeof createActivities>;

/** What runs on the evidence task queue: minutes, memory, files. */
export function createEvidenceActivities(deps: EvidenceActivityDeps) {
  return {
    computeEvidence: (request: { processId: string }) => computeEvidence(deps, request),
    recheck: (deferral: { deferralId: string }) => recheck(deps, deferral),
  };
}
export type EvidenceActivities = ReturnType<typeof createEvidenceActivities>;
