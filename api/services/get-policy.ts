import { findPolicy, listPolicyVersions } from '../../db/queries/read-policies.ts';
import { Refused } from '../../domain/errors.ts';
import type { PolicyView } from '../schemas/views.ts';
import type { Deps } from './deps.ts';
import { policySummaryOf } from './list-policies.ts';

/** One published version, the newest when none is named. Throws NOT_FOUND. */
export async function getPolicy(deps: Deps, id: string, version?: number): Promise<PolicyView> {
  const [policy, versions] = await Promise.all([
    findPolicy(deps.database.db, id, version),
    listPolicyVersions(deps.database.db, id),
  ]);
  if (!policy) throw new Refused('NOT_FOUND', 'No such policy is published.');
  return { ...policySummaryOf(policy), rules: policy.rules, source: policy.source, versions };
}
