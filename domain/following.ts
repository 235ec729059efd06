// What people follow: one model by its name, all with `*`, those of a risk tier with `tier:high`, those of an owner with `owner:<handle>`.
import { Refused } from './errors.ts';
import { handleSchema, modelNameSchema, riskTiers, riskTierSchema } from './submission.ts';

/** As it is kept and as it stands in URLs; a model's name holds no colon. */
export type Followed = string;

export type FollowedThing =
  | { kind: 'all' }
  | { kind: 'tier'; tier: (typeof riskTiers)[number] }
  | { kind: 'owner'; owner: string }
  | { kind: 'model'; model: string };

/** Throws INVALID for what names neither; whether a model or an owner exists is not known here. */
export function readFollowed(followed: Followed): FollowedThing {
  if (followed === '*') return { kind: 'all' };
  const [, word = '', rest = ''] = /^([^:]*):(.*)$/s.exec(followed) ?? [];
  if (word === 'tier') {
    const tier = riskTierSchema.safeParse(rest);
    if (tier.success) return { kind: 'tier', tier: tier.data };
    throw invalid(`names no tier; the tiers are ${riskTiers.join(', ')}`);
  }
  if (word === 'owner') {
    const owner = handleSchema.safeParse(rest);
    if (owner.success) return { kind: 'owner', owner: owner.data };
    throw invalid('names no owner');
  }
  const model = modelNameSchema.safeParse(followed);
  if (model.success) return { kind: 'model', model: model.data };
  throw invalid("is no model's name, `*`, `tier:` with a tier or `owner:` with a handle");
}

const invalid = (message: string) =>
  new Refused('INVALID', 'This cannot be followed.', { errors: [{ pointer: '/model', message }] });

/** All that somebody may follow to hear of a version. */
export function followedBy({ model, riskTier, owner }: { model: string; riskTier: string; owner: string }): Followed[] {
  return [model, '*', `tier:${riskTier}`, `owner:${owner}`];
}
