import { listNewestPolicies, type PolicyRow } from '../../db/queries/read-policies.ts';
import type { PolicySummary } from '../schemas/views.ts';
import type { Deps } from './deps.ts';

/** The newest version of each policy. Whoever is signed in may know the rules. */
export async function listPolicies(deps: Deps): Promise<PolicySummary[]> {
  return (await listNewestPolicies(deps.database.db)).map(policySummaryOf);
}

export const policySummaryOf = (row: PolicyRow): PolicySummary => ({
  id: row.id,
  version: row.version,
  riskTier: row.riskTier,
  title: row.rules.title,
  digest: row.digest,
  publishedBy: row.publishedBy,
  publishedAt: row.publishedAt.toISOString(),
});
