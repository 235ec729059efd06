import { webApi } from '@slack/bolt';
import { AskedToWait, PermanentRefusal } from '../../domain/card.ts';

/** Trying again cannot help until a person changes something. */
const permanent = new Set([
  'account_inactive', 'as_user_not_supported', 'cannot_dm_bot', 'cant_update_message', 'channel_not_found', 'edit_window_closed', 'invalid_arguments',
  'invalid_auth', 'invalid_blocks', 'invalid_blocks_format', 'is_archived', 'messages_tab_disabled', 'metadata_too_large', 'missing_scope', 'msg_blocks_too_long',
  'msg_too_long', 'no_permission', 'no_text', 'not_authed', 'not_in_channel', 'org_login_required', 'restricted_action', 'team_access_not_granted',
  'token_expired', 'token_revoked', 'user_disabled', 'user_not_found', 'user_not_visible', 'users_not_found',
]); // prettier-ignore

/** Where Slack names no time. */
const DEFAULT_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 60 * 60_000;

/** What Slack answered; undefined when it answered nothing of its own. */
export const slackErrorOf = (error: unknown): string | undefined =>
  error instanceof webApi.WebAPIPlatformError ? String(error.data.error) : undefined;

/** A failed call as the courier understands it: no use, not before then, or worth another try. */
export function failureOf(error: unknown): Error {
  if (error instanceof PermanentRefusal || error instanceof AskedToWait) return error;
  if (error instanceof webApi.WebAPIRateLimitedError) return asked(error.retryAfter * 1_000);
  // The client's own words for a 429 whose Retry-After is missing or no number.
  if (error instanceof Error && error.message.startsWith('Retry header')) return asked(DEFAULT_WAIT_MS);
  const code = slackErrorOf(error);
  if (code === 'ratelimited' || code === 'rate_limited' || code === 'message_limit_exceeded')
    return asked(DEFAULT_WAIT_MS);
  if (code !== undefined && permanent.has(code))
    return new PermanentRefusal(`Slack refused: ${code}`, { cause: error });
  if (code !== undefined) return new Error(`Slack answered ${code.slice(0, 100)}`, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}

const asked = (waitMs: number) => {
  const bounded = Number.isFinite(waitMs) && waitMs > 0 ? Math.min(waitMs, LONGEST_WAIT_MS) : DEFAULT_WAIT_MS;
  return new AskedToWait(`Slack asked to wait ${bounded / 1_000} s`, bounded);
};
