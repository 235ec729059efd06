import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import type { Latencies } from '../statistics.ts';
import { heard } from './heard.ts';

export type ListenOrder =
  | { do: 'connect'; port: number; path: string; tokens: string[] }
  /** `at`: when it was committed, on CLOCK_MONOTONIC in milliseconds. */
  | { do: 'report'; commits: { subject: string; at: number }[]; expected: number };

/** Milliseconds from commit to reader. */
export interface ListenReport extends Latencies {
  heard: number;
}

export interface Listeners {
  pid: number;
  connect: (order: { port: number; path: string; tokens: string[] }) => Promise<void>;
  /** Waits for late ones, half a minute at most. */
  report: (commits: { subject: string; at: number }[], expected: number) => Promise<ListenReport>;
  stop: () => void;
}

/** A process of readers. */
export async function startListeners(): Promise<Listeners> {
  const child = fork(resolve(import.meta.dirname, 'listening-process.ts'), { execArgv: process.execArgv });
  await heard(child);
  const order = <T>(message: ListenOrder): Promise<T> => {
    child.send(message);
    return heard<T>(child);
  };
  return {
    pid: child.pid!,
    connect: async (to) => void (await order({ do: 'connect', ...to })),
    report: (commits, expected) => order<ListenReport>({ do: 'report', commits, expected }),
    stop: () => child.disconnect(),
  };
}
