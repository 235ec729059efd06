// Rounds of several contenders in turn, so that whatever else the machine does meets all of them alike.
import { watchCpu } from './cpu.ts';
import type { Load, LoadOrder } from './load/load.ts';
import { spreadOf, type Latencies, type Spread } from './statistics.ts';

/** What one round came to. */
export interface Played extends Latencies {
  sent: number;
  seconds: number;
  /** Latencies of single steps, where one thing is several. */
  steps?: Record<string, { p50: number; p99: number }>;
}

export interface Contender {
  name: string;
  /** Makes a round ready; the answer plays it. `round` counts from 0, and the first is not counted. */
  prepare: (round: number) => Promise<() => Promise<Played>>;
  /** Processes whose processor time is told, by what they are. */
  pids: Record<string, number>;
}

/** A contender that answers requests; `order` says what one round sends. */
export function contenderOf(
  load: Load,
  { name, order, pids }: Pick<Contender, 'name' | 'pids'> & { order: (round: number) => LoadOrder },
): Contender {
  return { name, prepare: (round) => load.prepare(order(round)), pids: { ...pids, clients: load.pid } };
}

export interface Round extends Latencies {
  sent: number;
  /** Requests a second. */
  rate: number;
  steps?: Played['steps'];
  /** Microseconds of processor time a request, by part. */
  cpu: Record<string, number>;
  /** Share of the machine that others used. */
  foreign: number;
}

export interface Standing {
  rate: Spread;
  p50: Spread;
  p99: Spread;
  worst: number;
  steps?: Record<string, { p50: number; p99: number }>;
  cpu: Record<string, number>;
  foreign: Spread;
  rounds: Round[];
}

/** Plays `repeats` counted rounds after one to warm up. Throws when any answer was not the expected one. */
export async function playContest(options: {
  contenders: readonly Contender[];
  repeats: number;
  say: (line: string) => void;
}): Promise<Map<string, Standing>> {
  const { contenders, repeats, say } = options;
  const rounds = new Map(contenders.map(({ name }) => [name, [] as Round[]]));
  for (let number = 0; number <= repeats; number++) {
    for (const contender of contenders) {
      const round = await playRound(contender, number);
      if (number > 0) rounds.get(contender.name)!.push(round);
      say(
        `  ${number === 0 ? 'warm-up' : `round ${number}`}  ${contender.name.padEnd(26)} ${round.rate.toFixed(round.rate < 100 ? 1 : 0).padStart(7)}/s  p50 ${round.p50.toFixed(2)}  p99 ${round.p99.toFixed(2)} ms  others ${(round.foreign * 100).toFixed(0)} %`,
      );
    }
  }
  return new Map([...rounds].map(([name, played]) => [name, standingOf(played)]));
}

async function playRound({ prepare, pids }: Contender, number: number): Promise<Round> {
  const play = await prepare(number);
  const stopWatch = watchCpu(pids);
  const { sent, seconds, ...latencies } = await play();
  const { parts, foreign } = stopWatch?.() ?? { parts: {}, foreign: 0 };
  const cpu = Object.fromEntries(Object.entries(parts).map(([name, ms]) => [name, Math.round((ms * 1000) / sent)]));
  return { sent, rate: sent / seconds, ...latencies, cpu, foreign };
}

function standingOf(rounds: readonly Round[]): Standing {
  const of = (pick: (round: Round) => number) => spreadOf(rounds.map(pick));
  const parts = Object.keys(rounds[0]?.cpu ?? {});
  const steps = Object.keys(rounds[0]?.steps ?? {});
  return {
    rate: of((round) => round.rate),
    p50: of((round) => round.p50),
    p99: of((round) => round.p99),
    worst: Math.max(...rounds.map((round) => round.worst)),
    ...(steps.length === 0
      ? {}
      : {
          steps: Object.fromEntries(
            steps.map((step) => [
              step,
              {
                p50: of((round) => round.steps![step]!.p50).median,
                p99: of((round) => round.steps![step]!.p99).median,
              },
            ]),
          ),
        }),
    cpu: Object.fromEntries(parts.map((part) => [part, of((round) => round.cpu[part]!).median])),
    foreign: of((round) => round.foreign),
    rounds: [...rounds],
  };
}
