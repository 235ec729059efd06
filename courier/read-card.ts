import type { Pool } from 'pg';
import { channelAssurance, isAssuredBy, leastAssurance } from '../domain/assurance.ts';
import type { Card, CardDecision, CardPerson, CardSender } from '../domain/card.ts';
import type { DecisionOutcome, ReviewOutcome, ReviewState } from '../domain/review.ts';
import type { RedactableField } from '../domain/review-policy.ts';
import { endingOf, progressOf } from '../domain/review-wording.ts';
import type { RiskTier } from '../domain/submission.ts';
import { chartOf } from './card-chart.ts';
import type { ReviewTerms } from '../db/schema/reviews.ts';

interface CardRow {
  id: string;
  revision: number;
  evidence_digest: string;
  title: string;
  question: string;
  summary: string;
  model: string;
  version: string;
  risk_tier: RiskTier;
  round: number;
  state: ReviewState;
  outcome: ReviewOutcome | null;
  due_at: string;
  closed_at: string | null;
  closed_reason: string | null;
  quorum_required: number;
  approvals: number;
  rejections: number;
  missing_roles: string[];
  terms: ReviewTerms;
  requester: CardPerson | null;
  holder: CardPerson | null;
  decisions: { by: CardPerson; outcome: DecisionOutcome; reason: string; at: string }[];
}

const person = (alias: string) =>
  `json_build_object('handle', ${alias}.handle, 'name', ${alias}.name, 'slackUserId', ${alias}.slack_user_id)`;

const cardSql = `
SELECT r.id, r.revision, r.evidence_digest, r.title, r.question, r.summary, r.model, r.version, r.risk_tier, r.round, r.state, r.outcome, r.due_at, r.closed_at, r.closed_reason,
  r.quorum_required, r.approvals, r.rejections, r.missing_roles, r.terms,
  (SELECT ${person('p')} FROM people p WHERE p.handle = r.terms->>'owner') AS requester,
  (SELECT ${person('p')} FROM people p WHERE p.handle = r.assignee) AS holder,
  (SELECT coalesce(json_agg(json_build_object('by', ${person('p')}, 'outcome', d.outcome, 'reason', d.reason, 'at', d.decided_at) ORDER BY d.decided_at), '[]')
     FROM decisions d JOIN people p ON p.handle = d.handle WHERE d.review_id = r.id) AS decisions
FROM reviews r WHERE r.id = $1`;

const offered = ['APPROVED', 'CHANGES_REQUESTED', 'REJECTED'] as const;

/** The review as this channel may show it, as it stands now; undefined when there is none. */
export async function readCard(
  pool: Pool,
  reviewId: string,
  channel: CardSender['channel'],
  publicUrl: string,
): Promise<Card | undefined> {
  const { rows } = await pool.query<CardRow>({ name: 'read-card', text: cardSql, values: [reviewId] });
  const row = rows[0];
  if (!row) return undefined;
  const { terms } = row;
  const redacted = new Set<RedactableField>(terms.rules.notify[channel].redact);
  const shown = <T>(field: RedactableField, value: T): T | null => (redacted.has(field) ? null : value);
  const own = channelAssurance[channel];
  return {
    reviewId: row.id,
    revision: row.revision,
    evidenceDigest: row.evidence_digest,
    title: row.title,
    question: row.question,
    summary: shown('summary', row.summary),
    findings: shown(
      'findings',
      terms.findingsToAnswer.map(({ id, title, verdict, severity, message, value, threshold }) => ({
        id,
        title,
        verdict,
        severity,
        message,
        value,
        limit: threshold,
      })),
    ),
    passed: terms.findingCounts.passed,
    model: row.model,
    version: row.version,
    riskTier: row.risk_tier,
    round: row.round,
    requestedBy: shown('requester', row.requester),
    dueAt: new Date(row.due_at).toISOString(),
    state: row.state,
    outcome: row.outcome,
    progress: progressOf({
      required: row.quorum_required,
      approvals: row.approvals,
      rejections: row.rejections,
      missingRoles: row.missing_roles,
    }),
    decisions: row.decisions.map(({ reason, at, ...decision }): CardDecision => ({
      ...decision,
      reason: shown('reasons', reason),
      at: new Date(at).toISOString(),
      voided: terms.voided?.find(({ handle }) => handle === decision.by.handle)?.why ?? null,
    })),
    assignee: row.holder,
    ending:
      row.closed_at === null
        ? null
        : { sentence: endingSentence(row, redacted), at: new Date(row.closed_at).toISOString() },
    offers: offered.map((outcome) => {
      const least = leastAssurance(terms.rules.assurance, outcome);
      return { outcome, least, where: isAssuredBy(own, least) ? 'here' : 'web' };
    }),
    needsDispositions: terms.findingsToAnswer.length > 0,
    form: terms.signOff.form,
    chart: redacted.has('chart') || row.closed_at !== null ? null : await chartOf(pool, row.evidence_digest),
    url: `${publicUrl}/reviews/${row.id}`,
    evidenceUrl: `${publicUrl}/reviews/${row.id}#findings`,
  };
}

/** A withdrawal's reason is a person's own words, and may be held back like theirs. */
const endingSentence = (row: CardRow, redacted: ReadonlySet<RedactableField>): string =>
  endingOf({
    state: row.state,
    outcome: row.outcome,
    closedReason: redacted.has('reasons') && row.state !== 'COMPLETED' ? null : row.closed_reason,
  });
