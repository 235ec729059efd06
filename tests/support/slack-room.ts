// A house whose reviews go out to a Slack, and which takes the signed requests that Slack would post: the demo's strict double, or any Web API.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppDeps } from '../../api/app-deps.ts';
import type { WorkspaceMessage } from '../../api/services/slack-workspace.ts';
import { createSlackInbox, type SlackSettings } from '../../api/services/slack-inbox.ts';
import { createSlackSender } from '../../channels/slack/sender.ts';
import type { Policy } from '../../domain/policy.ts';
import { channel, team } from '../../demo/slack/settings.ts';
import { createSlackDouble } from '../../demo/slack/workspace.ts';
import { buildPolicy, buildSubmission, uniqueName } from './build.ts';
import { openHouse, type HouseOptions } from './house.ts';
import { listenHere } from './listen-here.ts';
import { createPlainApp } from './plain-app.ts';
import {
  formOf,
  pressPayload,
  signingSecret,
  slackHeaders,
  slackUserOf,
  submissionPayload,
  type Post,
} from './slack-requests.ts';

export { slackUserOf };

const token = 'xoxb-test';

/** One validator is enough, everybody reads along in the channel. */
export const slackPolicy = (change: (policy: Policy) => void = () => undefined): Policy =>
  buildPolicy('low', (policy) => {
    policy.notify.slack.channel = channel.id;
    change(policy);
  });

export interface SlackRoomOptions extends Pick<HouseOptions, 'computeEvidence' | 'withWorkers'> {
  policies?: Policy[];
  /** Another Web API than the double's. */
  slack?: Partial<SlackSettings>;
  app?: Partial<AppDeps>;
}

export type SlackRoom = Awaited<ReturnType<typeof openSlackRoom>>;
type Item = WorkspaceMessage;
type Block = { type: string; block_id?: string; elements?: { action_id: string; value?: string; url?: string }[] };

export async function openSlackRoom(options: SlackRoomOptions = {}) {
  const home = mkdtempSync(join(tmpdir(), 'slack-'));
  let clockAhead = 0;
  const now = () => new Date(Date.now() + clockAhead);
  const running: { app?: ReturnType<typeof createPlainApp> } = {};
  const listening = await listenHere(() => running.app);
  const { url } = listening;

  const settings: SlackSettings = {
    token,
    signingSecret,
    apiUrl: `${url}/demo/slack/api/`,
    teamId: team.id,
    ...options.slack,
  };
  const double = createSlackDouble({ home, now, publicUrl: url, ownUrl: url, token, signingSecret });
  const sender = createSlackSender({ ...settings, now, everyMs: 5 });
  const house = await openHouse({
    senders: [sender],
    policies: options.policies ?? [slackPolicy(), buildPolicy('medium'), buildPolicy('high')],
    ...(options.withWorkers === undefined ? {} : { withWorkers: options.withWorkers }),
    ...(options.computeEvidence ? { computeEvidence: options.computeEvidence } : {}),
  });
  const failures: unknown[] = [];
  const deps: Partial<AppDeps> = { now, publicUrl: url, wakeRelay: house.deps.wakeRelay, ...options.app };
  const inbox = createSlackInbox(
    { ...house.deps, now, publicUrl: url, cursorKey: Buffer.alloc(32) },
    { ...settings, heard: double.overhear },
    (error) => failures.push(error),
  );
  const app = createPlainApp(
    house.database,
    { ...deps, slack: inbox, slackApi: double.api },
    { slack: double.workspace },
  );
  running.app = app;
  const { workspace } = double;

  /** Posts as Slack does, over a real connection. */
  const post = async (body: string | Buffer, how: Post = {}) => {
    const raw = Buffer.from(body);
    return fetch(`${url}/slack/events`, {
      method: 'POST',
      body: new Uint8Array(raw),
      headers: slackHeaders(raw, now(), how),
    });
  };
  const postPayload = (payload: unknown, how?: Post) => post(formOf(payload), how);

  const whoIs = (handle: string, change: { team?: string } = {}) => ({
    userId: slackUserOf(handle),
    teamId: change.team ?? settings.teamId ?? team.id,
  });

  const items = () => workspace.everything().items;

  return {
    ...house,
    house,
    app,
    url,
    double,
    workspace,
    sender,
    failures,
    settings,
    post,
    postPayload,
    items,
    advance: (milliseconds: number) => {
      clockAhead += milliseconds;
    },

    /** The payload of a press on a button of this message. */
    pressOf: (
      handle: string,
      item: Pick<Item, 'channel' | 'ts' | 'blocks'>,
      actionId: string,
      change: { value?: string; team?: string } = {},
    ) => {
      const elements = (item.blocks as Block[]).flatMap((block) =>
        block.type === 'actions' ? (block.elements ?? []) : [],
      );
      const pressed = elements.find((element) => element.action_id === actionId) ?? elements[0];
      const action = { action_id: actionId, value: change.value ?? pressed?.value };
      return pressPayload(whoIs(handle, change), item, action);
    },

    submissionOf: (
      handle: string,
      view: Record<string, unknown> & { id: string },
      values: Record<string, Record<string, unknown>>,
      change: { metadata?: string; team?: string } = {},
    ) => submissionPayload(whoIs(handle, change), view, values, change.metadata),

    command: (handle: string, text: string) =>
      post(
        new URLSearchParams({
          token: 'test',
          team_id: team.id,
          team_domain: 'test',
          channel_id: channel.id,
          channel_name: channel.name,
          user_id: slackUserOf(handle),
          user_name: handle,
          command: '/countersign',
          text,
          api_app_id: 'A0COUNTERS',
          response_url: `${url}/nowhere`,
          trigger_id: uniqueName('trigger'),
        }).toString(),
      ),

    /** The last modal that was opened for this press. */
    modalOf: (press: { trigger_id: string }) =>
      workspace.everything().views.findLast(({ trigger }) => trigger === press.trigger_id),

    /** A version whose validation waits. */
    open: async (riskTier: 'low' | 'medium' | 'high' = 'low', model = uniqueName('model')) => {
      const { modelVersionId } = await house.submit(buildSubmission({ model, riskTier }));
      const [review] = await house.openReviews(modelVersionId);
      if (!review) throw new Error('No review opened');
      return { review, model, modelVersionId };
    },

    /** Copies of a review's card, in every conversation. */
    copiesOf: (reviewId: string) =>
      items().filter(
        ({ blocks }) => (blocks as Block[])[0]?.type === 'header' && JSON.stringify(blocks).includes(reviewId),
      ),

    close: async () => {
      await house.close();
      double.stop();
      await listening.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
