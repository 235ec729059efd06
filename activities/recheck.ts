import { Context } from '@temporalio/activity';
import type { Finding } from '../domain/evidence.ts';
import { getDeferral } from '../db/queries/deferrals.ts';
import { getPinnedPolicy } from '../db/queries/policies.ts';
import { findReview } from '../db/queries/reviews.ts';
import { getVersionById } from '../db/queries/versions.ts';
import { EvidenceFailure } from '../evidence/run-in-process.ts';
import { championOf, withHeartbeat, type EvidenceActivityDeps } from './compute-evidence.ts';

export interface Recheck {
  holds: boolean;
  /** In words, with the value where there is one. */
  reason: string;
}

/** Runs the checks again on the files as they lie there now, and looks at the one that an approval was made to depend on. Keeps nothing. */
export async function recheck(deps: EvidenceActivityDeps, { deferralId }: { deferralId: string }): Promise<Recheck> {
  const { db } = deps.database;
  const deferral = await getDeferral(db, deferralId);
  const review = await findReview(db, deferral.reviewId);
  if (!review) throw new Error(`Review ${deferral.reviewId} is not there`);
  const version = await getVersionById(db, review.modelVersionId);
  if (version.round !== review.round)
    return { holds: false, reason: 'New evidence took the place of what it was about.' };
  const policy = await getPinnedPolicy(db, review.terms.policy.id, review.terms.policy.version);
  const request = {
    modelVersion: { id: version.id, model: version.model, version: version.version },
    round: review.round,
    submission: version.submission,
    policy,
    champion: await championOf(db, version),
    fileRoots: [...deps.fileRoots],
  };
  try {
    const { pack } = await withHeartbeat(() =>
      deps.computeEvidence(request, { signal: Context.current().cancellationSignal }),
    );
    return verdictOf(pack.findings, deferral.check);
  } catch (error) {
    if (error instanceof EvidenceFailure)
      return { holds: false, reason: `The check could not be run again: ${error.message}` };
    throw error;
  }
}

/** A check that looks at several things holds when each of its findings passed. Files that changed since break every check. */
function verdictOf(findings: readonly Finding[], check: string): Recheck {
  const broken = findings.find((finding) => finding.blocking && finding.verdict === 'FAIL');
  const ofCheck = findings.filter((finding) => finding.check === check);
  const failed = broken ?? ofCheck.find((finding) => finding.verdict !== 'PASS');
  if (failed) return { holds: false, reason: `${failed.title} no longer holds: ${failed.message}` };
  return ofCheck.length === 0
    ? { holds: false, reason: `The policy has no check ${check}.` }
    : { holds: true, reason: `${ofCheck[0]!.title} still held.` };
}
