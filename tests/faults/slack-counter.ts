// Where Slack's requests arrive and its Web API answers, for the suites: the whole server over one database, and the demo's strict double.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSlackInbox } from '../../api/services/slack-inbox.ts';
import { connectDatabase } from '../../db/client.ts';
import { channel, team } from '../../demo/slack/settings.ts';
import { createSlackDouble } from '../../demo/slack/workspace.ts';
import { cloneDatabase } from '../support/ground.ts';
import { listenHere } from '../support/listen-here.ts';
import { createPlainApp } from '../support/plain-app.ts';
import { seed } from '../support/seed.ts';
import { formOf, pressPayload, reasonIn, signingSecret, slackHeaders, slackUserOf, submissionPayload, type Post } from '../support/slack-requests.ts'; // prettier-ignore
import { intakeDepsOf, crowdPolicies } from './crowd.ts';
import type { Ground } from './suite.ts';

const token = 'xoxb-test';

export type SlackCounter = Awaited<ReturnType<typeof openSlackCounter>>;

export async function openSlackCounter(ground: Ground) {
  const store = await cloneDatabase(ground.postgres);
  const database = connectDatabase({ url: store.databaseUrl, max: 12 });
  await seed(database, crowdPolicies);
  const home = mkdtempSync(join(tmpdir(), 'slack-'));
  let clockAhead = 0;
  const now = () => new Date(Date.now() + clockAhead);
  const running: { app?: ReturnType<typeof createPlainApp> } = {};
  const listening = await listenHere(() => running.app);
  const { url } = listening;
  const apiUrl = `${url}/demo/slack/api/`;
  const double = createSlackDouble({ home, now, publicUrl: url, ownUrl: url, token, signingSecret });
  const deps = { ...intakeDepsOf(database), now, publicUrl: url, cursorKey: Buffer.alloc(32) };
  const inbox = createSlackInbox(deps, { token, apiUrl, signingSecret, teamId: team.id }, () => undefined);
  running.app = createPlainApp(database, { now, publicUrl: url, slack: inbox, slackApi: double.api });
  const { app } = running;

  const post = async (raw: Buffer, headers: Record<string, string>): Promise<Response> =>
    app.request('/slack/events', { method: 'POST', body: new Uint8Array(raw), headers });

  return {
    database,
    token,
    apiUrl,
    double,
    now,
    post,
    advance: (milliseconds: number) => {
      clockAhead += milliseconds;
    },
    postPayload: (payload: unknown, how?: Post) => {
      const raw = formOf(payload);
      return post(raw, slackHeaders(raw, now(), how));
    },
    press: (handle: string, reference: string, actionId: string, teamId = team.id) =>
      pressPayload({ userId: slackUserOf(handle), teamId }, { channel: channel.id, ts: '1795288681.020000' }, { action_id: actionId, value: reference }), // prettier-ignore
    submission: (handle: string, viewId: string, { reference, outcome, reason, teamId = team.id }: { reference: string; outcome: string; reason: string; teamId?: string }) =>
      submissionPayload(
        { userId: slackUserOf(handle), teamId },
        { id: viewId, type: 'modal', callback_id: 'decision', title: { type: 'plain_text', text: 'x' }, blocks: [] },
        reasonIn(reason),
        JSON.stringify({ seen: reference, outcome }),
      ), // prettier-ignore
    decisionsOn: async (reviewId: string) =>
      (await database.pool.query<{ handle: string; outcome: string }>('SELECT handle, outcome FROM decisions WHERE review_id = $1', [reviewId])).rows, // prettier-ignore
    entriesAbout: async (reviewId: string, type: string): Promise<number> =>
      Number((await database.pool.query<{ n: string }>(`SELECT count(*) AS n FROM journal.entries WHERE type = $2 AND convert_from(content, 'UTF8')::json->'data'->>'reviewId' = $1`, [reviewId, type])).rows[0]!.n), // prettier-ignore
    close: async () => {
      double.stop();
      await database.close();
      await store.drop();
      await listening.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export const referenceTo = (reviewId: string, evidenceDigest: string, revision = 1) =>
  `${reviewId}/${revision}/${evidenceDigest}`;
