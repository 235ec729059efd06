import { sql } from 'drizzle-orm';
import type { Actor } from '../../domain/actor.ts';
import { canonicalJson } from '../../domain/canonical.ts';
import type { Policy } from '../../domain/policy.ts';
import type { DbOrTx } from '../client.ts';
import { policies } from '../schema/index.ts';
import { sha256 } from '../sha256.ts';
import { appendEntries } from './journal.ts';
import { findLatestPolicy } from './policies.ts';

export interface PublishPolicy {
  rules: Policy;
  /** The YAML as its author wrote it. */
  source: string;
  actor: Actor;
  reason: string;
  at: Date;
}

/** Publishes the next version of a policy, journaled; the newest version's own content again publishes nothing. */
export async function publishPolicy(tx: DbOrTx, { rules, source, actor, reason, at }: PublishPolicy) {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext('policy'), hashtext(${rules.id}))`);
  const digest = sha256(canonicalJson(rules));
  const latest = await findLatestPolicy(tx, rules.id);
  if (latest?.digest === digest) return { policy: latest, isNew: false };
  const version = (latest?.version ?? 0) + 1;
  const [policy] = await tx
    .insert(policies)
    .values({
      id: rules.id,
      version,
      riskTier: rules.riskTier,
      digest,
      rules,
      source,
      publishedBy: actor.id,
      publishedAt: at,
    })
    .returning();
  if (!policy) throw new Error(`Policy ${rules.id} version ${version} was not written`);
  const data = { policy: rules.id, version, digest, riskTier: rules.riskTier, previousDigest: latest?.digest ?? null };
  await appendEntries(tx, [{ stream: `policy/${rules.id}`, type: 'policy.published', actor, reason, data }], at);
  return { policy, isNew: true };
}
