/**
 * Shows the pages over made-up data, to look at them: no database, no Temporal.
 *
 *   node --import tsx web/preview.ts [usual|empty|overfull] [port]
 */
import { serve } from '@hono/node-server';
import { pino } from 'pino';
import { loadAssets } from './assets.ts';
import { createPreview } from './fixtures/preview-app.ts';
import type { Scenario } from './fixtures/house.ts';

const [scenario = 'usual', port = '0'] = process.argv.slice(2);
const { app } = createPreview({ scenario: scenario as Scenario, assets: loadAssets('dist/assets'), logger: pino() });
serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' }, (info) => {
  console.log(`Preview (${scenario}) at http://127.0.0.1:${info.port}`);
});
