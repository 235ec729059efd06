import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  cores: number;
  processor: string;
  memoryGiB: number;
  node: string;
  postgres: string;
  temporal?: string;
  /** Over the last minute, when the run began. */
  loadAverage: number;
  at: string;
}

export function describeMachine(servers: { postgres: string; temporal?: string }): Machine {
  const processors = cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    ...servers,
    loadAverage: Math.round(loadavg()[0]! * 10) / 10,
    at: new Date().toISOString(),
  };
}

/** The first line that a program says about its version. */
export function versionOf(program: string): string {
  return execFileSync(program, ['--version'], { encoding: 'utf8' }).trim().split('\n')[0]!;
}
