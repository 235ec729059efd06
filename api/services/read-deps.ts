import type { Deps } from './deps.ts';

export interface ReadDeps extends Deps {
  /** Authenticates the cursors of lists, so that nobody makes their own; the same in every server process. 32 bytes. */
  cursorKey: Buffer;
}
