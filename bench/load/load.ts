import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import type { Played } from '../contest.ts';
import { heard } from './heard.ts';

export interface LoadOrder {
  /** HTTP on 127.0.0.1, or SQL. */
  target: { port: number } | { databaseUrl: string };
  /** The URL of a file whose `prepare(options)` answers what each connection sends, in order: rendered requests, or queries. */
  requests: string;
  options: unknown;
  /** The status that every answer should have. */
  expected: number;
}

export interface LoadResult extends Played {
  /** How many answers had another status. */
  unexpected: Record<string, number>;
  /** The beginning of the first body that came with one. */
  example?: string;
}

export interface Load {
  pid: number;
  /** Renders the requests and connects; the answer sends them and tells how it went. Throws when an answer was not the expected one. */
  prepare: (order: LoadOrder) => Promise<() => Promise<Played>>;
  stop: () => void;
}

export async function startLoad(): Promise<Load> {
  const child = fork(resolve(import.meta.dirname, 'load-process.ts'), { execArgv: process.execArgv });
  await heard(child, (message) => message === 'ready');
  return {
    pid: child.pid!,
    prepare: async (order) => {
      child.send(order);
      await heard(child, (message) => message === 'prepared');
      return async () => {
        child.send('go');
        const { result } = await heard<{ result: LoadResult }>(child, isResult);
        if (Object.keys(result.unexpected).length > 0)
          throw new Error(
            `Not every answer was ${order.expected}: ${JSON.stringify(result.unexpected)} ${result.example}`,
          );
        const { sent, seconds, p50, p99, worst } = result;
        return { sent, seconds, p50, p99, worst };
      };
    },
    stop: () => child.disconnect(),
  };
}

const isResult = (message: unknown): boolean => typeof message === 'object' && message !== null && 'result' in message;
