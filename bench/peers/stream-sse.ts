// A live feed as it is usually written: NOTIFY with the event in it, and Hono's streamSSE for each reader.
import { EventEmitter } from 'node:events';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import pg from 'pg';

const [port, databaseUrl] = process.argv.slice(2);
const listener = new pg.Client({ connectionString: databaseUrl! });
await listener.connect();
await listener.query('LISTEN bench_live');
const happened = new EventEmitter().setMaxListeners(0);
listener.on('notification', ({ payload }) => happened.emit('event', payload));

const app = new Hono();
app.get('/events', (c) =>
  streamSSE(c, async (stream) => {
    const tell = (data: string) => void stream.writeSSE({ data });
    happened.on('event', tell);
    await new Promise<void>((done) => stream.onAbort(done));
    happened.off('event', tell);
  }),
);

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(port) }, () => process.send?.('ready'));
