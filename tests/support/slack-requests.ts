// The requests that Slack posts, made by hand. Knows no test runner.
import { signatureOf } from '../../channels/slack/signature.ts';
import { demoPeople } from '../../demo/people.ts';

export const signingSecret = 'signing-secret-of-slack-in-tests';

export interface Post {
  /** Milliseconds from now at which it was signed. */
  signedAt?: number;
  secret?: string;
  headers?: Record<string, string>;
  contentType?: string;
}

export const slackUserOf = (handle: string): string => {
  const known = demoPeople.find((person) => person.handle === handle);
  if (!known) throw new Error(`${handle} is nobody of the demo`);
  return known.slackUserId;
};

/** The headers with which Slack would post these bytes. */
export function slackHeaders(
  raw: Buffer,
  now: Date,
  { signedAt = 0, secret = signingSecret, headers = {}, contentType = 'application/x-www-form-urlencoded' }: Post = {},
): Record<string, string> {
  const timestamp = String(Math.floor((now.getTime() + signedAt) / 1_000));
  return {
    'content-type': contentType,
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signatureOf(secret, timestamp, raw),
    ...headers,
  };
}

export const formOf = (payload: unknown): Buffer =>
  Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());

export interface Who {
  userId: string;
  teamId: string;
}

let made = 0;

const identityOf = ({ userId, teamId }: Who) => ({
  team: { id: teamId, domain: 'test' },
  user: { id: userId, username: userId, team_id: teamId },
  api_app_id: 'A0COUNTERS',
  token: 'test',
  trigger_id: `${Date.now()}.${made++}.trigger`,
});

/** A press on a button of a message. */
export function pressPayload(
  who: Who,
  at: { channel: string; ts: string },
  action: { action_id: string; value?: string | undefined },
) {
  return {
    type: 'block_actions',
    ...identityOf(who),
    container: { type: 'message', message_ts: at.ts, channel_id: at.channel, is_ephemeral: false },
    channel: { id: at.channel, name: 'model-reviews' },
    message: { ts: at.ts },
    response_url: 'https://slack.test/nowhere',
    actions: [{ type: 'button', block_id: 'decision', ...action, action_ts: `${(Date.now() / 1_000).toFixed(3)}${String(made++ % 1_000).padStart(3, '0')}` }],
  }; // prettier-ignore
}

/** A modal that was sent off. */
export function submissionPayload(
  who: Who,
  view: Record<string, unknown> & { id: string },
  values: Record<string, Record<string, unknown>>,
  metadata?: string,
) {
  return {
    type: 'view_submission',
    ...identityOf(who),
    view: {
      ...view,
      hash: 'hash',
      ...(metadata === undefined ? {} : { private_metadata: metadata }),
      state: { values },
    },
    response_urls: [],
  };
}

export const reasonIn = (text: string) => ({ reason: { reason: { type: 'plain_text_input', value: text } } });
