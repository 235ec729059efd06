// A worker as a process of its own that can be held at fault points: it tells its parent each time, and goes on when it hears `release`.
//   node faulty-worker.ts '{"databaseUrl","address","namespace"}'
import { z } from 'zod';
import { connectDatabase } from '../../db/client.ts';
import { runEngine } from './engine.ts';
import { holdAtPoints } from './fault-points.ts';

const { databaseUrl, address, namespace } = z
  .object({ databaseUrl: z.string(), address: z.string(), namespace: z.string() })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const released = Promise.withResolvers<void>();
// Held transactions keep their connections.
const database = connectDatabase({ url: databaseUrl, max: 60 });
const hold = holdAtPoints({
  database,
  onHeld: (held) => process.send?.({ held }),
  onLeft: (model) => process.send?.({ left: model }),
  released: released.promise,
});
process.on('message', (message) => {
  if (message === 'release') released.resolve();
});
process.on('disconnect', () => process.exit(0));

await runEngine({ database, address, namespace, hold });
process.send?.('ready');
