import { publishPolicy as writePolicy } from '../../db/queries/publish-policy.ts';
import { Refused } from '../../domain/errors.ts';
import { parsePolicy } from '../../policies/parse-policy.ts';
import type { PolicySummary } from '../schemas/views.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { policySummaryOf } from './list-policies.ts';

export interface PublishPolicy {
  /** YAML. */
  source: string;
  reason: string;
}

/** Publishes the next version of a policy; the newest version's own content answers that version. Throws FORBIDDEN, or INVALID with line and column of each mistake. */
export async function publishPolicy(
  deps: Deps,
  caller: Caller,
  { source, reason }: PublishPolicy,
): Promise<{ policy: PolicySummary; isNew: boolean }> {
  if (!caller.person.roles.includes('administrator'))
    throw new Refused('FORBIDDEN', 'Policies are published by administrators.');
  const parsed = parsePolicy(source, 'source');
  if (!parsed.ok)
    throw new Refused('INVALID', 'The policy has mistakes.', {
      errors: parsed.problems.map(({ line, column, path, message }) => ({
        pointer: '/source',
        message: `line ${line}, column ${column}: ${path === '' ? '' : `${path}: `}${message}`,
      })),
    });
  const published = await deps.database.withTransaction((tx) =>
    writePolicy(tx, { rules: parsed.policy, source, actor: actorOf(caller), reason, at: deps.now() }),
  );
  return { policy: policySummaryOf(published.policy), isNew: published.isNew };
}
