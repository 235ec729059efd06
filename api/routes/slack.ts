import { Refused } from '../../domain/errors.ts';
import type { AppDeps } from '../app-deps.ts';
import { readBody } from '../read-body.ts';
import { createRouter } from './documented.ts';

/** Events, interactions and commands of Slack. No operation of the API: its shapes are Slack's, and only Slack can sign them. */
export function createSlackRoutes({ slack }: AppDeps) {
  const router = createRouter();
  router.post('/slack/events', async (c) => {
    if (!slack) throw new Refused('NOT_FOUND', 'Slack is not set up here.');
    const retryNum = Number(c.req.header('x-slack-retry-num'));
    const { body } = await slack.receive({
      timestamp: c.req.header('x-slack-request-timestamp'),
      signature: c.req.header('x-slack-signature'),
      contentType: c.req.header('content-type'),
      rawBody: await readBody(c),
      ...(Number.isInteger(retryNum) && retryNum > 0 ? { retryNum } : {}),
    });
    return body === null ? c.body(null, 200) : c.body(body, 200, { 'Content-Type': 'application/json' });
  });
  return router;
}
