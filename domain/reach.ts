// By which channels a person hears of a review.
import type { Preferences } from './preferences.ts';
import type { ReviewRules } from './review-policy.ts';

export const cardChannels = ['slack', 'email'] as const;
export type CardChannel = (typeof cardChannels)[number];
/** `push`: browsers that a person chose, by notices alone. */
export type NoticeChannel = CardChannel | 'push';

export interface Reachable {
  slackUserId: string | null;
  /** False once their address refused mail for good. */
  hasMailbox: boolean;
  preferences: Preferences;
}

/**
 * What the person chose among what reaches them and the policy allows. Where nothing is left of that, whatever reaches them:
 * nobody is left out by a preference. `configured`: the channels that this installation has.
 */
export function channelsFor(
  person: Reachable,
  notify: ReviewRules['notify'],
  configured: readonly NoticeChannel[],
): CardChannel[] {
  const reaching = cardChannels.filter(
    (channel) =>
      configured.includes(channel) && (channel === 'slack' ? person.slackUserId !== null : person.hasMailbox),
  );
  const allowed = reaching.filter((channel) => notify[channel].direct);
  const wanted = allowed.filter((channel) => (person.preferences.channels ?? cardChannels).includes(channel));
  return wanted.length > 0 ? wanted : allowed;
}
