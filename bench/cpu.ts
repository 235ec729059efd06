// Who used the processors, from Linux's /proc. Elsewhere nothing is known and nothing is said.
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const MS_PER_TICK = 10;

export interface CpuUse {
  /** Milliseconds of processor time, by part. */
  parts: Record<string, number>;
  /** The share of the whole machine that programs which are none of ours used, 0 to 1. */
  foreign: number;
}

interface Sample {
  at: number;
  busy: number;
  ours: number;
  parts: Record<string, number>;
}

/** Starts counting for these processes and their children; the answer ends it. undefined where there is no /proc. */
export function watchCpu(pids: Record<string, number>): (() => CpuUse) | undefined {
  if (process.platform !== 'linux') return undefined;
  const before = sample(pids);
  return () => {
    const after = sample(pids);
    const elapsed = (after.at - before.at) * cpus().length;
    const foreign = (after.busy - before.busy - (after.ours - before.ours)) / elapsed;
    return {
      parts: Object.fromEntries(Object.keys(pids).map((name) => [name, after.parts[name]! - before.parts[name]!])),
      foreign: Math.max(0, Math.round(foreign * 100) / 100),
    };
  };
}

function sample(pids: Record<string, number>): Sample {
  const processes = readProcesses();
  const ticksOf = (root: number): number => {
    const { ticks = 0 } = processes.get(root) ?? {};
    let sum = ticks;
    for (const [pid, { parent }] of processes) if (parent === root) sum += ticksOf(pid);
    return sum;
  };
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]!
    .split(/\s+/)
    .map(Number);
  return {
    at: performance.now(),
    busy: (user + nice + system + irq + softirq) * MS_PER_TICK,
    ours: ticksOf(process.pid) * MS_PER_TICK,
    parts: Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, ticksOf(pid) * MS_PER_TICK])),
  };
}

function readProcesses(): Map<number, { parent: number; ticks: number }> {
  const processes = new Map<number, { parent: number; ticks: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The name of the program, in brackets, may hold anything.
      const fields = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      // Own time, and that of children which have ended.
      const ticks = fields[11]! + fields[12]! + fields[13]! + fields[14]!;
      processes.set(Number(name), { parent: fields[1]!, ticks });
    } catch {
      // It ended meanwhile.
    }
  }
  return processes;
}
