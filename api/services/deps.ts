import type { Database } from '../../db/client.ts';

/** What the verbs stand on; handed in, so that tests hand in theirs. */
export interface Deps {
  database: Database;
  now: () => Date;
  /** Where people reach us, without a slash at the end; used in links. */
  publicUrl: string;
  fileRoots: readonly string[];
  demo: boolean;
  /** Wakes the relay after a transaction that wrote to the outbox; a hint that may be lost. */
  wakeRelay: () => void;
}
