// Puts the server together: API, pages and what they stand on. It starts and answers without Temporal, and /readyz says so.
import { resolve } from 'node:path';
import { serve, type ServerType } from '@hono/node-server';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { createApp } from './api/app.ts';
import { createLiveFeed } from './api/live/live-feed.ts';
import { createMetrics } from './api/metrics.ts';
import type { AppDeps } from './api/app-deps.ts';
import type { WebhookSource } from './api/services/receive-delivery.ts';
import { readConfig, type Config } from './config.ts';
import { connectDatabase } from './db/client.ts';
import { endDemo } from './demo/end-demo.ts';
import { seedDemo } from './demo/seed-demo.ts';
import { createSlackInbox } from './api/services/slack-inbox.ts';
import { startSocketMode } from './channels/slack/socket-mode.ts';
import { demoSlackSettings } from './demo/slack/settings.ts';
import { createSlackDouble } from './demo/slack/workspace.ts';
import { startMailCatcher } from './demo/mail-catcher.ts';
import { vapidKeysOf } from './integrations/push/vapid-keys.ts';
import { createTargetGuard } from './integrations/webhooks/target-guard.ts';
import { installationKey } from './local/installation-secret.ts';
import { describeWorkflow } from './relay/describe-workflow.ts';
import { startTail } from './relay/tail-loop.ts';
import { createWaker, listenForWakeUps } from './relay/wake-up.ts';
import { loadAssets } from './web/assets.ts';
import { bindWebServices } from './web/bind-services.ts';
import { createWeb } from './web/app.tsx';

const config = readConfig();
// Lines leave together, a moment late: one write each would cost as much as anything else that a request does.
const LOG_WITHIN_MS = 200;
const logOutput = pino.destination({ minLength: 4_096, sync: false });
setInterval(() => logOutput.flush(), LOG_WITHIN_MS).unref();
const logger = pino({ level: config.logLevel, base: { part: 'server' } }, logOutput);
if (!config.databaseUrl || !config.temporalAddress)
  throw new Error('server.ts needs DATABASE_URL and TEMPORAL_ADDRESS; npm start provides both');

const database = connectDatabase({
  url: config.databaseUrl,
  onError: (error) => logger.warn({ err: error }, 'A database connection was lost'),
});
const temporal = new Client({
  connection: Connection.lazy({ address: config.temporalAddress }),
  namespace: config.temporalNamespace,
});
const now = () => new Date();
const demoSlack = config.demo && !config.slack ? demoSlackSettings(config) : undefined;
const demo = config.demo
  ? await seedDemo({
      database,
      home: config.home,
      publicUrl: config.publicUrl,
      slackSigningSecret: demoSlack?.signingSecret,
      now,
    })
  : undefined;
if (!config.demo) {
  const revoked = await endDemo(database, now());
  if (revoked > 0) logger.warn({ revoked }, 'Demo mode is off: its access tokens and sessions were ended');
}

const mailbox =
  config.demo && config.mail.catcherPort !== undefined
    ? await startMailCatcher({ port: config.mail.catcherPort, home: config.home })
    : undefined;

const live = createLiveFeed();
const webhooks = {
  guard: createTargetGuard({ allowed: config.webhookAllowPrivate }),
  secretKey: installationKey(config, 'secrets of webhook endpoints'),
};
const deps: AppDeps = {
  database,
  now,
  publicUrl: config.publicUrl,
  fileRoots: config.fileRoots,
  demo: config.demo,
  isMetricsOpen: config.openMetrics,
  wakeRelay: createWaker(database),
  cursorKey: installationKey(config, 'cursors of lists'),
  logger,
  live,
  webhooks,
  push: { publicKey: vapidKeysOf(installationKey(config, 'key of pushes')).publicKey },
  ...(config.mail.inboundSecret === undefined
    ? {}
    : {
        inboundMail: {
          secret: config.mail.inboundSecret,
          replyKey: installationKey(config, 'reply addresses'),
          authservId: config.mail.authservId,
        },
      }),
  metrics: createMetrics(database),
  sourceOf: sourcesOf(config, demo?.webhook.secret),
  describeWorkflow: (workflowId) => describeWorkflow(temporal, workflowId),
  temporalProbe: async () => {
    await temporal.workflowService.describeNamespace({ namespace: config.temporalNamespace });
  },
};
const slackDouble =
  demoSlack && createSlackDouble({ ...demoSlack, home: config.home, publicUrl: config.publicUrl, now });
const slackSettings = config.slack ?? (demoSlack && { ...demoSlack, heard: slackDouble?.overhear });
const slack =
  slackSettings && createSlackInbox(deps, slackSettings, (error) => logger.warn({ err: error }, 'Slack was not told'));
const web = createWeb({
  services: bindWebServices(deps),
  publicUrl: config.publicUrl,
  demo: config.demo,
  now,
  ...(mailbox ? { mailbox } : {}),
  ...(slackDouble ? { slack: slackDouble.workspace } : {}),
  assets: loadAssets(resolve(import.meta.dirname, 'dist/assets')),
});
const app = createApp({
  ...deps,
  web,
  ...(slack ? { slack } : {}),
  ...(slackDouble ? { slackApi: slackDouble.api } : {}),
});

const tail = startTail({
  database,
  isWanted: live.isWanted,
  onBegin: live.begin,
  onPause: live.pause,
  onEntries: ({ events, deactivated }) => {
    live.publish(events);
    live.dismiss(deactivated);
  },
  onError: (error) => logger.warn({ err: error }, 'Open pages are told late'),
});
const stopSocket =
  slack && config.slack?.appToken !== undefined
    ? startSocketMode(slack, config.slack.appToken, config.slack.apiUrl, (error) =>
        logger.warn({ err: error }, 'Slack is not connected'),
      )
    : undefined;
live.whenWanted(tail.wake);
const stopListening = listenForWakeUps(config.databaseUrl, tail.wake);

const server: ServerType = serve({
  fetch: app.fetch,
  hostname: config.host,
  port: config.port,
  serverOptions: { headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 60_000, maxHeaderSize: 16_384 },
});
server.once('listening', () => {
  logger.info({ url: config.publicUrl, home: config.home }, 'The server is ready');
  process.send?.('ready');
});

const stop = () => {
  slackDouble?.stop();
  server.close(() => {
    void Promise.allSettled([tail.stop(), stopListening(), mailbox?.stop(), stopSocket?.()])
      .then(() => Promise.allSettled([database.close(), temporal.connection.close()]))
      .then(() => process.exit(0));
  });
  live.stop();
  if ('closeIdleConnections' in server) server.closeIdleConnections();
  // Long answers get this long to end.
  setTimeout(() => process.exit(0), 8_000).unref();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

/** Which secrets each source of webhooks signs with. A source of ours submits as the service account `pipeline`. */
function sourcesOf(
  { webhookSecrets }: Config,
  demoSecret: string | undefined,
): (name: string) => WebhookSource | undefined {
  const sources = new Map<string, WebhookSource>();
  const pairs = [...webhookSecrets, ...(demoSecret === undefined ? [] : [{ source: 'generic', secret: demoSecret }])];
  for (const [name, ofName] of Map.groupBy(pairs, (pair) => pair.source))
    sources.set(name, { secrets: ofName.map((pair) => pair.secret), account: 'pipeline' });
  return (name) => sources.get(name);
}
