import { z } from 'zod';
import { readReviewerFigures, type ReviewerFigures } from '../../db/queries/review-views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { readScopeOf } from './read-scope.ts';

const share = z.number().min(0).max(1).nullable();

export const figuresViewSchema = z.object({
  decisions: z.int(),
  approvalRate: share,
  /** Of decisions on reviews that came to an answer, how many said the same. */
  agreementRate: share,
  /** Of approvals, how many were taken back by whoever settled a conflict or looked again. */
  overrideRate: share,
  /** Median from first seeing the review to deciding; null where it was not seen in a channel that can tell. */
  medianSecondsOpen: z.number().nullable(),
  medianSecondsToDecide: z.number().nullable(),
  /** Share decided without opening the evidence. */
  withoutEvidenceRate: share,
});

export const reviewerFiguresSchema = z.object({
  since: z.iso.datetime(),
  team: figuresViewSchema,
  /** Everybody's for auditors and administrators; one's own otherwise. */
  reviewers: z.array(figuresViewSchema.extend({ handle: z.string(), name: z.string() })),
});
export type ReviewerFiguresView = z.infer<typeof reviewerFiguresSchema>;

const DEFAULT_SPAN_MS = 365 * 86_400_000;

/** How the team reviews: agreement, overrides, time and whether the evidence was opened. To learn from, so a person's own figures are theirs and the auditors'; software is told of its own versions. */
export async function reviewerFigures(
  deps: Deps,
  caller: Caller,
  { since, model }: { since?: string | undefined; model?: string | undefined },
): Promise<ReviewerFiguresView> {
  const from = since === undefined ? new Date(deps.now().getTime() - DEFAULT_SPAN_MS) : new Date(since);
  const { person } = caller;
  const asked = { since: from, model: model ?? null, handle: null, submittedBy: readScopeOf(caller) };
  const all = await readReviewerFigures(deps.database.pool, asked);
  const seesAll = person.roles.some((role) => role === 'auditor' || role === 'administrator');
  return {
    since: from.toISOString(),
    team: viewOf(sumOf(all)),
    reviewers: all
      .filter(({ handle }) => seesAll || handle === person.handle)
      .map((row) => ({ handle: row.handle, name: row.name, ...viewOf(row) })),
  };
}

type Figures = Omit<ReviewerFigures, 'handle' | 'name'>;

const viewOf = (row: Figures): z.infer<typeof figuresViewSchema> => ({
  decisions: row.decisions,
  approvalRate: rate(row.approvals, row.decisions),
  agreementRate: rate(row.agreed, row.settled),
  overrideRate: rate(row.overturned, row.approvals),
  medianSecondsOpen: row.secondsOpen,
  medianSecondsToDecide: row.secondsToDecide,
  withoutEvidenceRate: rate(row.withoutEvidence, row.decisions),
});

const rate = (part: number, of: number): number | null => (of === 0 ? null : part / of);

/** Counts add up; the team's medians are the medians of its people's, so that nobody's pace is the team's. */
function sumOf(rows: readonly Figures[]): Figures {
  const sum = (of: (row: Figures) => number) => rows.reduce((total, row) => total + of(row), 0);
  const median = (of: (row: Figures) => number | null) => {
    const values = rows
      .map(of)
      .filter((value) => value !== null)
      .sort((a, b) => a - b);
    const middle = values.length / 2;
    return values.length === 0 ? null : (values[Math.ceil(middle) - 1]! + values[Math.floor(middle)]!) / 2;
  };
  return {
    decisions: sum((row) => row.decisions),
    approvals: sum((row) => row.approvals),
    settled: sum((row) => row.settled),
    agreed: sum((row) => row.agreed),
    overturned: sum((row) => row.overturned),
    secondsOpen: median((row) => row.secondsOpen),
    secondsToDecide: median((row) => row.secondsToDecide),
    withoutEvidence: sum((row) => row.withoutEvidence),
  };
}
