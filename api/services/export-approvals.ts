import { z } from 'zod';
import { appendEntries } from '../../db/queries/journal.ts';
import { findJournalSpan, readApprovals, type ApprovalRow } from '../../db/queries/read-approvals.ts';
import { Refused } from '../../domain/errors.ts';
import type { ApprovalView } from '../schemas/approval-view.ts';
import { afterRebases, rebasesOf } from './after-rebases.ts';
import { approvalLine, approvalsHeader } from './approvals-as-csv.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { EXPORTS_STREAM } from './export-journal.ts';
import { readScopeOf, type ReadScope } from './read-scope.ts';

/** Entries of the journal that are looked through at once. */
const PIECE = 5_000;
const LONGEST_MS = 366 * 86_400_000;

export const approvalFormats = ['json', 'csv'] as const;

export interface ExportApprovals {
  /** RFC 3339; a year before `to` by default. */
  from?: string | undefined;
  /** Not included; now by default. */
  to?: string | undefined;
  format: (typeof approvalFormats)[number];
}

/**
 * Who approved which version, on what evidence, when: what the journal says of a span of time, in the order of writing.
 * Software reads what concerns versions that it submitted. The export is journaled before the first line.
 * Throws INVALID for a span that ends before it begins, or is longer than a year.
 */
export async function exportApprovals(
  deps: Deps,
  caller: Caller,
  { format, ...span }: ExportApprovals,
): Promise<AsyncIterable<string>> {
  const window = windowOf(span, deps.now());
  const [from, to] = [window.from.toISOString(), window.to.toISOString()];
  await deps.database.withTransaction((tx) =>
    appendEntries(
      tx,
      [
        {
          stream: EXPORTS_STREAM,
          type: 'approvals.exported',
          actor: actorOf(caller),
          reason: `Exported approvals from ${from} to ${to}.`,
          data: { from, to, format, channel: caller.channel },
        },
      ],
      deps.now(),
    ),
  );
  const batches = approvalsOf(deps, window, readScopeOf(caller));
  return format === 'csv' ? csvOf(batches) : jsonOf(batches, from, to);
}

interface Window {
  from: Date;
  to: Date;
}

function windowOf({ from, to }: Pick<ExportApprovals, 'from' | 'to'>, now: Date): Window {
  const end = to === undefined ? now : new Date(to);
  const start = from === undefined ? new Date(end.getTime() - LONGEST_MS) : new Date(from);
  const invalid = (message: string) =>
    new Refused('INVALID', 'Nothing can be exported of this span of time.', {
      errors: [{ pointer: '/from', message }],
    });
  if (start >= end) throw invalid('does not come before to');
  if (end.getTime() - start.getTime() > LONGEST_MS) throw invalid('is more than a year before to');
  return { from: start, to: end };
}

async function* approvalsOf(
  { database: { pool } }: Deps,
  { from, to }: Window,
  submittedBy: ReadScope,
): AsyncGenerator<ApprovalView[]> {
  const span = await findJournalSpan(pool, from, to);
  if (!span) return;
  for (let first = span.first; first <= span.last; first += PIECE) {
    const last = Math.min(first + PIECE - 1, span.last);
    const rows = await readApprovals(pool, { first, last, from, to, submittedBy });
    if (rows.length === 0) continue;
    const rebases = await rebasesOf(pool, rows.map(({ stream }) => stream)); // prettier-ignore
    yield rows.map(viewOf).map((approval) => ({ ...approval, ...afterRebases(rebases, approval) }));
  }
}

async function* csvOf(batches: AsyncIterable<ApprovalView[]>): AsyncGenerator<string> {
  yield approvalsHeader();
  for await (const batch of batches) yield batch.map(approvalLine).join('');
}

async function* jsonOf(batches: AsyncIterable<ApprovalView[]>, from: string, to: string): AsyncGenerator<string> {
  yield `{"from":${JSON.stringify(from)},"to":${JSON.stringify(to)},"items":[`;
  let separator = '\n';
  for await (const batch of batches) {
    yield separator + batch.map((approval) => JSON.stringify(approval)).join(',\n');
    separator = ',\n';
  }
  yield ']}\n';
}

/** What the entries of approvals hold; `override` knows neither decision nor assurance. */
const journaledSchema = z.object({
  reviewId: z.string(),
  signOff: z.string(),
  evidenceDigest: z.string(),
  decisionId: z.string().nullable().default(null),
  onBehalfOf: z.string().nullable().default(null),
  channel: z.string().nullable().default(null),
  assurance: z.string().nullable().default(null),
  conditions: z.array(z.object({ text: z.string() })).default([]),
  signature: z.object({ name: z.string(), at: z.string(), meaning: z.string() }).nullable().default(null),
});

const hows = {
  'decision.recorded': 'DECISION',
  'decision.carried': 'CARRIED',
  'policy.overridden': 'OVERRIDE',
} as const satisfies Record<ApprovalRow['type'], ApprovalView['how']>;

/** As the review's row has it. Throws where the journal names a review that is not there: an export that leaves an approval out would say too little. */
function viewOf({
  type,
  at,
  about,
  reason,
  data,
  stream,
  position,
  hash,
  by,
  name,
  department,
}: ApprovalRow): Omit<ApprovalView, 'voided'> {
  if (!about) throw new Error(`Entry ${position} of ${stream} approves a review that is not there`);
  const { conditions, ...said } = journaledSchema.parse(data);
  return {
    at,
    by,
    name,
    department,
    how: hows[type],
    modelVersionId: stream,
    ...about,
    ...said,
    reason: reason ?? '',
    conditions: conditions.map(({ text }) => text),
    entry: { stream, position, hash },
  };
}
