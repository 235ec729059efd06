// The page that everybody opens first: 50 of a person's waiting reviews among a million, against a bare handler on the same tables.
import { join } from 'node:path';
import { findFreePort } from '../local/free-port.ts';
import { openArena, plantPeople } from './arena.ts';
import type { Bench } from './bench.ts';
import { contenderOf, playContest } from './contest.ts';
import { plantInbox } from './plant-inbox.ts';
import { startProgram } from './servers/program.ts';

const CLIENTS = 16;
const PEOPLE = 40;
const PAGE = 50;

export const inbox: Bench = async (context) => {
  const { folder, isShort, say, atEnd } = context;
  const repeats = isShort ? 2 : 5;
  const count = isShort ? 3_200 : 16_000;
  const size = isShort ? { reviews: 100_000, open: 5_000 } : { reviews: 1_000_000, open: 30_000 };
  const { machine, postgres, databaseUrl, pool, server, load } = await openArena(context);
  const people = await plantPeople(pool, 'validator', PEOPLE);
  await plantInbox(pool, { ...size, handles: people.map(({ handle }) => handle) });
  const clients = people.slice(0, CLIENTS);
  const barePort = await findFreePort();
  const bare = await startProgram({
    file: 'bench/peers/bare-inbox.ts',
    args: [String(barePort), databaseUrl],
    log: join(folder, 'bare.log'),
  });
  atEnd(bare.stop);

  const pages = {
    requests: import.meta.resolve('./requests/inbox-pages.ts'),
    options: { tokens: clients.map(({ token }) => token), count },
    expected: 200,
  };
  const standings = await playContest({
    repeats,
    say,
    contenders: [
      contenderOf(load, {
        name: 'ours',
        order: () => ({ target: { port: server.port }, ...pages }),
        pids: { server: server.pid, postgres: postgres.pid },
      }),
      contenderOf(load, {
        name: 'bare handler',
        order: () => ({ target: { port: barePort }, ...pages }),
        pids: { server: bare.pid, postgres: postgres.pid },
      }),
      contenderOf(load, {
        name: 'limit: the query alone',
        order: () => ({
          target: { databaseUrl },
          requests: import.meta.resolve('./requests/inbox-queries.ts'),
          options: { handles: clients.map(({ handle }) => handle), count },
          expected: 200,
        }),
        pids: { postgres: postgres.pid },
      }),
    ],
  });

  const audit = { 'pages compared with the table': 0 };
  for (const { handle, token } of clients) {
    const answer = await fetch(`http://127.0.0.1:${server.port}/v1/reviews?view=me&limit=${PAGE}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const shown = ((await answer.json()) as { items: { id: string }[] }).items.map(({ id }) => id);
    const { rows } = await pool.query<{ id: string }>(
      'SELECT review_id AS id FROM review_candidates WHERE handle = $1 AND is_waiting ORDER BY due_at, review_id LIMIT $2',
      [handle, PAGE],
    );
    if (shown.length !== PAGE || shown.join() !== rows.map(({ id }) => id).join())
      throw new Error(`The page of ${handle} does not show what waits for them`);
    audit['pages compared with the table']++;
  }
  return {
    bench: 'inbox',
    unit: 'pages/s',
    ours: Math.round(standings.get('ours')!.rate.median),
    peers: { 'bare Hono + pg page': Math.round(standings.get('bare handler')!.rate.median) },
    limit: Math.round(standings.get('limit: the query alone')!.rate.median),
    machine,
    target: { rate: 6_000, p99: 8 },
    standings: Object.fromEntries(standings),
    audit,
    notes: [
      `${CLIENTS} people on keep-alive connections, pages of ${PAGE} among ${size.reviews} reviews of which ${size.open} are open, ${count} pages a round, ${repeats} rounds in turn.`,
    ],
  };
};
