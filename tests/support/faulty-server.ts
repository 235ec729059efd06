// The HTTP application as a process of its own that can be told to keep its answers to itself: everything is written, nobody hears of it.
//   node faulty-server.ts '{"databaseUrl","port"}'
import { randomBytes } from 'node:crypto';
import { serve } from '@hono/node-server';
import { pino } from 'pino';
import { z } from 'zod';
import { createApp } from '../../api/app.ts';
import { createMetrics } from '../../api/metrics.ts';
import { connectDatabase } from '../../db/client.ts';
import { webhookSecret } from './seed.ts';

const { databaseUrl, port } = z
  .object({ databaseUrl: z.string(), port: z.number() })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const database = connectDatabase({ url: databaseUrl });
let isSilent = false;
const app = createApp({
  database,
  now: () => new Date(),
  publicUrl: `http://localhost:${port}`,
  fileRoots: ['/models'],
  demo: true,
  wakeRelay: () => undefined,
  cursorKey: randomBytes(32),
  logger: pino({ level: 'silent' }),
  metrics: createMetrics(database),
  sourceOf: (source) => (source === 'generic' ? { secrets: [webhookSecret], account: 'pipeline' } : undefined),
  temporalProbe: async () => {},
  describeWorkflow: async () => 'RUNNING',
});

serve(
  {
    hostname: '127.0.0.1',
    port,
    fetch: async (request, env) => {
      const answer = await app.fetch(request, env);
      if (!isSilent) return answer;
      process.send?.({ written: answer.status });
      return new Promise<Response>(() => undefined);
    },
  },
  () => process.send?.('ready'),
);
process.on('message', (message) => {
  isSilent = message === 'silent';
});
process.on('disconnect', () => process.exit(0));
