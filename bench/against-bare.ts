// Ours against what is usually written for the same thing, and against the database alone, with the same requests in turn.
import { join } from 'node:path';
import { findFreePort } from '../local/free-port.ts';
import type { Arena } from './arena.ts';
import type { BenchContext } from './bench.ts';
import { contenderOf, playContest } from './contest.ts';
import type { LoadOrder } from './load/load.ts';
import type { BenchResult } from './report.ts';
import { startProgram } from './servers/program.ts';

type Requests = Omit<LoadOrder, 'target'>;

/** The part of a result that comes of the rounds. */
export type Figures = Pick<BenchResult, 'ours' | 'peers' | 'limit' | 'machine' | 'standings'>;

export async function playAgainstBare(
  { folder, say, atEnd }: BenchContext,
  { machine, postgres, server, load }: Arena,
  options: {
    repeats: number;
    /** Sent to ours and to the bare handler alike. */
    requests: (round: number) => Requests;
    /** A handler on a port that is given first, and what it is as a peer. */
    bare: { peer: string; file: string; args: string[] };
    /** The database alone: how it is named, and what it is sent. */
    limit: { name: string; databaseUrl: string; requests: Requests };
  },
): Promise<Figures> {
  const { repeats, requests, bare, limit } = options;
  const port = await findFreePort();
  const handler = await startProgram({
    file: bare.file,
    args: [String(port), ...bare.args],
    log: join(folder, 'bare.log'),
  });
  atEnd(handler.stop);
  const limitName = `limit: ${limit.name}`;
  const standings = await playContest({
    repeats,
    say,
    contenders: [
      contenderOf(load, {
        name: 'ours',
        order: (round) => ({ target: { port: server.port }, ...requests(round) }),
        pids: { server: server.pid, postgres: postgres.pid },
      }),
      contenderOf(load, {
        name: 'bare handler',
        order: (round) => ({ target: { port }, ...requests(round) }),
        pids: { server: handler.pid, postgres: postgres.pid },
      }),
      contenderOf(load, {
        name: limitName,
        order: () => ({ target: { databaseUrl: limit.databaseUrl }, ...limit.requests }),
        pids: { postgres: postgres.pid },
      }),
    ],
  });
  const rateOf = (name: string) => Math.round(standings.get(name)!.rate.median);
  return {
    ours: rateOf('ours'),
    peers: { [bare.peer]: rateOf('bare handler') },
    limit: rateOf(limitName),
    machine,
    standings: Object.fromEntries(standings),
  };
}

/** One row a commit: as fast as this database can keep anything. It needs the table `one_row`. */
export const oneRowInserts = (databaseUrl: string, options: { connections: number; count: number }) => ({
  name: 'one-row inserts',
  databaseUrl,
  requests: { requests: import.meta.resolve('./requests/one-row-inserts.ts'), options, expected: 200 },
});
