import type { Database } from '../db/client.ts';

/** What the activities stand on; handed in by the worker. */
export interface ActivityDeps {
  database: Database;
  now: () => Date;
  fileRoots: readonly string[];
  /** Wakes the relay after a transaction that wrote to the outbox; a hint that may be lost. */
  wakeRelay: () => void;
}
