import { installationKey, type SecretSettings } from '../../local/installation-secret.ts';

/** The one workspace of the demo. */
export const team = { id: 'T0COUNTERS', domain: 'countersign-demo' };
export const bot = { userId: 'U0COUNTBOT', botId: 'B0COUNTBOT', appId: 'A0COUNTERS', name: 'Countersign' };
export const channel = { id: 'C0REVIEWS1', name: 'model-reviews' };

/** How server and worker reach the demo's Slack; alike in both, and kept over restarts. */
export function demoSlackSettings(settings: SecretSettings & { host: string; port: number }) {
  const { host, port } = settings;
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const name = isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return {
    token: `xoxb-demo-${installationKey(settings, 'demo slack token').toString('hex')}`,
    signingSecret: installationKey(settings, 'demo slack signing secret').toString('hex').slice(0, 32),
    apiUrl: `http://${name}:${port}/demo/slack/api/`,
    ownUrl: `http://${name}:${port}`,
    // Whoever holds the demo's secret is Slack, so there is no other workspace to keep out.
    teamId: null,
  };
}
