// Whether the page that everybody opens first stays as fast when ten times as much has piled up: two databases, measured in turn.
import { join } from 'node:path';
import { openArena, plantPeople } from './arena.ts';
import type { Bench } from './bench.ts';
import { contenderOf, playContest } from './contest.ts';
import { plantInbox } from './plant-inbox.ts';
import { openBenchDatabase } from './servers/bench-database.ts';
import { startOurServer } from './servers/our-server.ts';

const CLIENTS = 16;
const PEOPLE = 40;
/** Candidates are rows of their own: two people are asked for each review. */
const ASKED = 2;

export const inboxGrowth: Bench = async (context) => {
  const { folder, isShort, say, atEnd } = context;
  const repeats = isShort ? 2 : 5;
  const count = isShort ? 1_600 : 9_600;
  const sizes = isShort ? { small: 20_000, large: 200_000 } : { small: 1_000_000, large: 10_000_000 };
  const open = isShort ? 2_000 : 20_000;
  const { machine, postgres, pool, server, load } = await openArena(context);
  const second = await openBenchDatabase(postgres, 'countersign_large');
  atEnd(() => second.pool.end());
  const largeServer = await startOurServer({ folder: join(folder, 'large'), databaseUrl: second.databaseUrl });
  atEnd(largeServer.stop);
  const people = await plantPeople(pool, 'validator', PEOPLE);
  await plantPeople(second.pool, 'validator', PEOPLE);
  const handles = people.map(({ handle }) => handle);
  const start = performance.now();
  await plantInbox(pool, { reviews: sizes.small / ASKED, open, handles });
  await plantInbox(second.pool, { reviews: sizes.large / ASKED, open, handles });
  say(
    `  planted ${sizes.small} and ${sizes.large} candidates in ${((performance.now() - start) / 1_000).toFixed(0)} s`,
  );

  const requests = import.meta.resolve('./requests/inbox-pages.ts');
  const options = { tokens: people.slice(0, CLIENTS).map(({ token }) => token), count };
  const contender = (name: string, { port, pid }: { port: number; pid: number }) =>
    contenderOf(load, {
      name,
      order: () => ({ target: { port }, requests, options, expected: 200 }),
      pids: { server: pid, postgres: postgres.pid },
    });
  const standings = await playContest({
    repeats,
    say,
    contenders: [contender('ours', largeServer), contender('ten times fewer', server)],
  });
  const [large, small] = [standings.get('ours')!, standings.get('ten times fewer')!];
  const { rows } = await second.pool.query<{ count: number }>('SELECT count(*)::int AS count FROM review_candidates');
  return {
    bench: 'inbox-growth',
    unit: 'pages/s',
    ours: Math.round(large.rate.median),
    peers: { [`ours at ${sizes.small} candidates`]: Math.round(small.rate.median) },
    limit: null,
    machine,
    target: { rate: Math.round(small.rate.median / 1.2), p99: small.p99.median * 1.2 },
    standings: Object.fromEntries(standings),
    audit: { candidates: rows[0]!.count },
    notes: [
      `${CLIENTS} people, ${count} pages a round, ${repeats} rounds in turn, ${sizes.large} candidates against ${sizes.small}, ${open} reviews open in both. Medians a page: p50 ${large.p50.median.toFixed(2)} against ${small.p50.median.toFixed(2)} ms, ${(large.p50.median / small.p50.median).toFixed(2)} ×. Asked for: at most 1.2 ×.`,
    ],
  };
};
