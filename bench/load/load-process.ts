// The clients, in a process of their own: renders all requests, opens the connections, then sends when it is told to.
import { latenciesOf } from '../statistics.ts';
import { HttpConnection } from './http-connection.ts';
import type { LoadOrder, LoadResult } from './load.ts';
import { SqlConnection } from './sql-connection.ts';

interface Connection {
  send: (request: never) => Promise<number>;
  lastBody: string;
  close: () => void;
}

process.on('message', (order: LoadOrder | 'go') => {
  if (order === 'go') return;
  void run(order).catch((error: unknown) => {
    process.send!({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  });
});
process.on('disconnect', () => process.exit(0));
process.send!('ready');

async function run({ target, requests, options, expected }: LoadOrder): Promise<void> {
  const { prepare } = (await import(requests)) as { prepare: (options: unknown) => never[][] };
  const lists = prepare(options);
  const open = (): Promise<Connection> =>
    'port' in target ? HttpConnection.open(target.port) : SqlConnection.open(target.databaseUrl);
  const connections = await Promise.all(lists.map(open));
  process.send!('prepared');
  await new Promise((resolve) => process.once('message', resolve));

  const sent = lists.reduce((sum, list) => sum + list.length, 0);
  const latencies = new Float64Array(sent);
  const unexpected: Record<string, number> = {};
  let answered = 0;
  let example: string | undefined;
  const start = performance.now();
  await Promise.all(
    connections.map(async (connection, index) => {
      for (const request of lists[index]!) {
        const from = performance.now();
        const status = await connection.send(request);
        latencies[answered++] = performance.now() - from;
        if (status === expected) continue;
        unexpected[status] = (unexpected[status] ?? 0) + 1;
        example ??= connection.lastBody;
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  for (const connection of connections) connection.close();
  const result: LoadResult = {
    sent,
    seconds,
    ...latenciesOf(latencies),
    unexpected,
    ...(example === undefined ? {} : { example }),
  };
  process.send!({ result });
}
