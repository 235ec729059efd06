import type { ProcessKind } from '../../domain/process.ts';
import type { ReviewRow } from '../../db/queries/reviews.ts';
import type { ReviewSummary } from '../schemas/views.ts';

/** What a list shows of a review: all of it moves with the revision, so it can be kept under id and revision. */
export function summaryOf(row: ReviewRow): ReviewSummary {
  return {
    id: row.id,
    title: row.title,
    question: row.question,
    summary: row.summary,
    kind: row.kind,
    state: row.state,
    outcome: row.outcome,
    revision: row.revision,
    round: row.round,
    evidenceDigest: row.evidenceDigest,
    riskTier: row.riskTier,
    modelVersion: { id: row.modelVersionId, model: row.model, version: row.version },
    process: { id: row.processId, kind: row.processKind as ProcessKind },
    signOff: row.signOff,
    quorum: {
      required: row.quorumRequired,
      approvals: row.approvals,
      rejections: row.rejections,
      missingRoles: row.missingRoles,
    },
    dueAt: row.dueAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
    assignee: row.assignee,
    requestedBy: row.terms.owner,
  };
}
