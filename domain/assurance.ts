import { z } from 'zod';
import type { Channel } from './actor.ts';
import type { DecisionOutcome } from './review.ts';

/** How sure we are of who acts, least first. `webStepUp`: signed in, and proved again who they are a moment ago. */
export const assuranceLevels = ['email', 'slack', 'web', 'webStepUp'] as const;
export const assuranceLevelSchema = z.enum(assuranceLevels);
export type AssuranceLevel = (typeof assuranceLevels)[number];

/** What a channel proves by itself. A token is kept as well as a session. */
export const channelAssurance: Record<Channel, AssuranceLevel> = {
  email: 'email',
  slack: 'slack',
  web: 'web',
  api: 'web',
};

export const isAssuredBy = (given: AssuranceLevel, least: AssuranceLevel): boolean =>
  assuranceLevels.indexOf(given) >= assuranceLevels.indexOf(least);

const STEP_UP_LASTS_MS = 5 * 60_000;

/** How sure we are of this act: by its channel, and whether the person proved again who they are within the last five minutes. */
export function assuranceOf(channel: Channel, steppedUpAt: Date | null | undefined, now: Date): AssuranceLevel {
  const isFresh = channel === 'web' && !!steppedUpAt && now.getTime() - steppedUpAt.getTime() <= STEP_UP_LASTS_MS;
  return isFresh ? 'webStepUp' : channelAssurance[channel];
}

export const assuranceRuleSchema = z.strictObject({
  approve: assuranceLevelSchema.default('slack'),
  reject: assuranceLevelSchema.default('slack'),
  requestChanges: assuranceLevelSchema.default('slack'),
});
/** The least level that a decision of each outcome needs. */
export type AssuranceRule = z.infer<typeof assuranceRuleSchema>;

export function leastAssurance(rule: AssuranceRule, outcome: DecisionOutcome): AssuranceLevel {
  switch (outcome) {
    case 'APPROVED':
      return rule.approve;
    case 'REJECTED':
      return rule.reject;
    case 'CHANGES_REQUESTED':
      return rule.requestChanges;
    case 'ABSTAINED':
      return 'email';
  }
}

/** What a signature under each outcome means, in a word. */
export const meanings: Record<DecisionOutcome, string> = {
  APPROVED: 'approval',
  REJECTED: 'rejection',
  CHANGES_REQUESTED: 'request for changes',
  ABSTAINED: 'abstention',
};

/** A decision given after stepping up is signed: the name as printed, when, and what it meant. */
export const signatureOf = (name: string, at: Date, outcome: DecisionOutcome): Signature => ({
  name,
  at: at.toISOString(),
  meaning: meanings[outcome],
});

/** What a signature shows to whoever reads the record (21 CFR 11.50). */
export interface Signature {
  name: string;
  /** RFC 3339. */
  at: string;
  /** What the person meant by it, as `approval` or `rejection`. */
  meaning: string;
}
