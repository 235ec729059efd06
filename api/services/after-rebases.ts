// What rebases of its review made of an approval, as the journal tells it: the review's row knows only the terms that it came to.
import type { Pool } from 'pg';
import { z } from 'zod';
import { readRebases } from '../../db/queries/read-rebases.ts';
import type { ApprovalView } from '../schemas/approval-view.ts';

const journaledSchema = z.object({
  reviewId: z.string(),
  policy: z.object({ from: z.int(), to: z.int() }),
  decisions: z.object({ noLongerCounting: z.array(z.object({ handle: z.string(), why: z.string() })) }),
});

/** Rebases by the review that they were of, each review's in order. */
export async function rebasesOf(pool: Pool, streams: Iterable<string>) {
  const rows = await readRebases(pool, [...new Set(streams)]);
  return Map.groupBy(
    rows.map(({ data, ...place }) => ({ ...place, ...journaledSchema.parse(data) })),
    ({ reviewId }) => reviewId,
  );
}
type Rebases = Awaited<ReturnType<typeof rebasesOf>>;

/** The policy's version that it was given under, and since when it counts no more; each rebase looks at all decisions anew, so that the last one says. */
export function afterRebases(
  rebases: Rebases,
  { by, reviewId, policy, entry }: Omit<ApprovalView, 'voided'>,
): Pick<ApprovalView, 'policy' | 'voided'> {
  const later = (rebases.get(reviewId) ?? []).filter(({ position }) => position > entry.position);
  const whys = later.map(({ decisions }) => decisions.noLongerCounting.find(({ handle }) => handle === by)?.why);
  const [first, last, why] = [later[0], later.at(-1), whys.at(-1)];
  if (!first || !last) return { policy, voided: null };
  const since = later[whys.lastIndexOf(undefined) + 1];
  return {
    policy: { id: policy.id, version: first.policy.from },
    voided: since && why !== undefined ? { at: since.at, why, policyVersion: last.policy.to } : null,
  };
}
