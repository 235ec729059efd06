import { createSlackApp } from '../../channels/slack/create-app.ts';
import { createSlackClient, type SlackAccess } from '../../channels/slack/client.ts';
import { SlackReceiver } from '../../channels/slack/receive.ts';
import type { ReadDeps } from './read-deps.ts';
import { createSlackDesk } from './slack-desk.ts';

export interface SlackSettings extends SlackAccess {
  signingSecret: string;
  /** `xapp-…`: requests come through a connection that we open. */
  appToken?: string | undefined;
  /** The workspace, where it is known without asking; null where there is no other. */
  teamId?: string | null;
  heard?: ((payload: Record<string, unknown>) => void) | undefined;
}

/** What Slack's requests meet. Opens nothing. */
export function createSlackInbox(
  deps: ReadDeps,
  settings: SlackSettings,
  onError: (error: unknown) => void,
): SlackReceiver {
  const desk = createSlackDesk(deps);
  const receiver = new SlackReceiver({
    signingSecret: settings.signingSecret,
    now: deps.now,
    desk,
    heard: settings.heard,
  });
  createSlackApp(receiver, { ...settings, desk, teamId: askOnce(settings), onError });
  return receiver;
}

/** Less than Slack waits for our own answer. */
const ASKING_MS = 1_500;

/** The workspace of the bot's token, asked until Slack says. */
function askOnce(settings: SlackSettings): () => Promise<string | null> {
  if (settings.teamId !== undefined) return () => Promise.resolve(settings.teamId ?? null);
  const client = createSlackClient(settings, ASKING_MS);
  let known: string | undefined;
  return async () => {
    known ??= (await client.auth.test()).team_id;
    if (known === undefined) throw new Error('Slack does not say which workspace is ours');
    return known;
  };
}
