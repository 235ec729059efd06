// The page that everybody opens first: 50 of a person's waiting reviews among a million, against a bare handler on the same tables.
import { playAgainstBare } from './against-bare.ts';
import { openArena, plantPeople } from './arena.ts';
import type { Bench } from './bench.ts';
import { plantInbox } from './plant-inbox.ts';

const CLIENTS = 16;
const PEOPLE = 40;
const PAGE = 50;

export const inbox: Bench = async (context) => {
  const { isShort } = context;
  const repeats = isShort ? 2 : 5;
  const count = isShort ? 3_200 : 16_000;
  const size = isShort ? { reviews: 100_000, open: 5_000 } : { reviews: 1_000_000, open: 30_000 };
  const arena = await openArena(context);
  const { databaseUrl, pool, server } = arena;
  const people = await plantPeople(pool, 'validator', PEOPLE);
  await plantInbox(pool, { ...size, handles: people.map(({ handle }) => handle) });
  const clients = people.slice(0, CLIENTS);
  const figures = await playAgainstBare(context, arena, {
    repeats,
    requests: () => ({
      requests: import.meta.resolve('./requests/inbox-pages.ts'),
      options: { tokens: clients.map(({ token }) => token), count },
      expected: 200,
    }),
    bare: { peer: 'bare Hono + pg page', file: 'bench/peers/bare-inbox.ts', args: [databaseUrl] },
    limit: {
      name: 'the query alone',
      databaseUrl,
      requests: {
        requests: import.meta.resolve('./requests/inbox-queries.ts'),
        options: { handles: clients.map(({ handle }) => handle), count },
        expected: 200,
      },
    },
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
    ...figures,
    target: { rate: 6_000, p99: 8 },
    audit,
    notes: [
      `${CLIENTS} people on keep-alive connections, pages of ${PAGE} among ${size.reviews} reviews of which ${size.open} are open, ${count} pages a round, ${repeats} rounds in turn.`,
    ],
  };
};
