// How a transaction in one process wakes the relay in another: a NOTIFY of its own after the commit, at most one in a few milliseconds,
// because a NOTIFY inside each transaction would make them commit one by one. A lost one costs the relay's polling interval.
import pg from 'pg';
import type { Database } from '../db/client.ts';

const CHANNEL = 'countersign_outbox';
const GATHER_MS = 5;
const RECONNECT_MS = 1_000;

/** Answers a function that wakes all relays soon. */
export function createWaker(database: Database): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      // The relay looks by itself when this fails.
      database.pool.query(`NOTIFY ${CHANNEL}`).catch(() => undefined);
    }, GATHER_MS);
  };
}

/** Calls `wake` at each NOTIFY, over a connection of its own that comes back when lost. Answers how to stop. */
export function listenForWakeUps(url: string, wake: () => void): () => Promise<void> {
  let client: pg.Client | undefined;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const connect = async () => {
    const fresh = new pg.Client({ connectionString: url, application_name: 'countersign-relay' });
    client = fresh;
    fresh.on('notification', wake);
    fresh.on('error', () => undefined);
    fresh.on('end', reconnect);
    await fresh.connect();
    await fresh.query(`LISTEN ${CHANNEL}`);
    wake();
  };
  const reconnect = () => {
    if (isStopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => void connect().catch(reconnect), RECONNECT_MS);
  };

  connect().catch(reconnect);
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await client?.end().catch(() => undefined);
  };
}
