import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readState, writeState } from '../../local/state-file.ts';

const messageSchema = z.object({
  channel: z.string(),
  ts: z.string(),
  threadTs: z.string().nullable(),
  text: z.string(),
  blocks: z.array(z.record(z.string(), z.unknown())),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  isEdited: z.boolean(),
  /** The only user who sees it; null for everybody in the conversation. */
  onlyFor: z.string().nullable(),
  files: z.array(z.string()),
});
export type KeptMessage = z.infer<typeof messageSchema>;

const viewSchema = z.object({
  id: z.string(),
  hash: z.string(),
  user: z.string().nullable(),
  trigger: z.string().nullable(),
  isOpen: z.boolean(),
  view: z.record(z.string(), z.unknown()),
  values: z.record(z.string(), z.string()),
  errors: z.record(z.string(), z.string()),
});
export type KeptView = z.infer<typeof viewSchema>;

const fileSchema = z.object({
  id: z.string(),
  title: z.string(),
  alt: z.string(),
  length: z.int(),
  isThere: z.boolean(),
});

const stateSchema = z.object({
  last: z.int(),
  messages: z.array(messageSchema),
  views: z.array(viewSchema),
  /** By user: the conversation of their direct messages. */
  direct: z.record(z.string(), z.string()),
  files: z.record(z.string(), fileSchema),
});
export type SlackState = z.infer<typeof stateSchema>;

const MOST_MESSAGES = 2_000;
const MOST_VIEWS = 200;
const WRITE_AFTER_MS = 200;

/** What the demo's Slack knows, kept over restarts in COUNTERSIGN_HOME. */
export function openStore(home: string) {
  const path = join(home, 'demo-slack.json');
  const folder = join(home, 'demo-slack-files');
  const state: SlackState = readState(path, stateSchema) ?? { last: 0, messages: [], views: [], direct: {}, files: {} };
  let writing: NodeJS.Timeout | undefined;
  let version = 0;
  const write = () => {
    clearTimeout(writing);
    writing = undefined;
    writeState(path, state);
  };
  return {
    state,
    /** Grows with every change. */
    version: () => version,
    changed: () => {
      version++;
      state.messages.splice(0, state.messages.length - MOST_MESSAGES);
      state.views.splice(0, state.views.length - MOST_VIEWS);
      writing ??= setTimeout(write, WRITE_AFTER_MS).unref();
    },
    flush: () => {
      if (writing) write();
    },
    keepFile: (id: string, bytes: Uint8Array) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, id), bytes, { mode: 0o600 });
    },
    readFile: (id: string): Uint8Array | undefined => {
      if (!state.files[id]?.isThere) return undefined;
      try {
        return readFileSync(join(folder, id));
      } catch {
        return undefined;
      }
    },
  };
}
export type SlackStore = ReturnType<typeof openStore>;
