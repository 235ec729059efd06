// The HTTP application as a process of its own that can be told to keep its answers to itself: everything is written, nobody hears of it.
// Told to be `silent`, it says so once it is.
//   node faulty-server.ts '{"databaseUrl","port"}'
import { serve } from '@hono/node-server';
import { z } from 'zod';
import { connectDatabase } from '../../db/client.ts';
import { createPlainApp } from './plain-app.ts';

const { databaseUrl, port } = z
  .object({ databaseUrl: z.string(), port: z.number() })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const app = createPlainApp(connectDatabase({ url: databaseUrl }), { publicUrl: `http://localhost:${port}` });
let isSilent = false;

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
  process.send?.({ isSilent });
});
process.on('disconnect', () => process.exit(0));
