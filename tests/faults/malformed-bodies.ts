import { connectDatabase, type Database } from '../../db/client.ts';
import { cloneDatabase } from '../support/ground.ts';
import { createPlainApp, giveTokens } from '../support/plain-app.ts';
import { seed } from '../support/seed.ts';
import { bringToReview } from './bring-to-review.ts';
import { crowdPolicies } from './crowd.ts';
import { newLedger } from './ledger.ts';
import { badPath, badSegments, type Pick } from './malformed.ts';
import { badForm, forms, pageParameters, pages } from './malformed-forms.ts';
import { makeBad, readOperations } from './malformed-requests.ts';
import { mulberry32 } from './simulate-review.ts';
import { newCount, type Suite } from './suite.ts';

const SEED = 1;

export const malformedBodies: Suite = {
  name: 'malformed-bodies',
  does: 'broken paths, parameters, headers, JSON and forms on every route; nothing may be stored, nothing may fail (A-01, A-05)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const store = await cloneDatabase(ground.postgres);
    const database = connectDatabase({ url: store.databaseUrl, max: 8 });
    await seed(database, crowdPolicies);
    const app = createPlainApp(database);
    const tokenOf = await giveTokens(database);
    const waiting = await bringToReview(database, newLedger());
    const cookie = await signIn(app);
    const operations = await readOperations(app);
    const random = mulberry32(SEED);
    const pick: Pick = (from) => from[Math.floor(random() * from.length)]!;
    const before = await countRows(database);
    const memoryBefore = process.memoryUsage.rss();

    const judge = async (name: string, answer: Response, wrong: string) => {
      count.injected++;
      await answer.arrayBuffer();
      if (answer.status >= 500) count.undetected.push(`${name} failed with ${answer.status} on ${wrong}`);
      else if (answer.status < 400) count.let_through.push(`${name} answered ${answer.status} to ${wrong}`);
    };
    for (const operation of operations) {
      const name = `${operation.method} ${operation.path}`;
      const times = (isShort ? 60 : 2_000) * (operation.takesBody ? 5 : 1);
      for (let time = 0; time < times; time++) {
        const bad = await makeBad(operation, { pick, waiting, tokenOf });
        await judge(name, await app.request(bad.path, bad.init), bad.wrong);
      }
    }
    for (const { path, form } of forms(waiting.reviewId))
      for (let time = 0; time < (isShort ? 60 : 2_000); time++) {
        const body = badForm(form, pick);
        const answer = await app.request(path, {
          method: 'POST',
          headers: {
            cookie,
            origin: 'http://countersign.test',
            'content-type': pick([
              'application/x-www-form-urlencoded',
              'multipart/form-data',
              'multipart/form-data; boundary=x',
              'text/plain',
            ]),
          },
          body,
        });
        count.injected++;
        const text = await answer.text();
        if (answer.status >= 500)
          count.undetected.push(
            `POST ${path} failed with ${answer.status} on ${body.slice(0, 200)}: ${text.slice(0, 100)}`,
          );
      }
    for (const page of pages)
      for (let time = 0; time < (isShort ? 60 : 2_000); time++) {
        const path = badPath(page, pick) + (pick([true, false]) ? `?${pick(pageParameters)}=${pick(badSegments)}` : '');
        const answer = await app.request(path, { headers: { cookie } });
        count.injected++;
        await answer.arrayBuffer();
        if (answer.status >= 500) count.undetected.push(`GET ${path} failed with ${answer.status}`);
      }
    const after = await countRows(database);
    for (const [table, rows] of Object.entries(after))
      if (rows !== before[table]) count.let_through.push(`${table} has ${rows} rows, before it had ${before[table]}`);
    const grown = (process.memoryUsage.rss() - memoryBefore) / 1024 ** 2;
    say(
      `${operations.length} routes and ${forms('').length} forms, ${pages.length} pages, seed ${SEED}; memory grew by ${grown.toFixed(0)} MiB`,
    );
    await database.close();
    await store.drop();
    return count;
  },
};

async function signIn(app: ReturnType<typeof createPlainApp>): Promise<string> {
  const answer = await app.request('/sign-in', {
    method: 'POST',
    headers: { origin: 'http://countersign.test', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'handle=validator-1',
  });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (!cookie) throw new Error(`Nobody could sign in: ${answer.status}`);
  return cookie;
}

const tables = [
  'deliveries',
  'models',
  'model_versions',
  'processes',
  'reviews',
  'decisions',
  'policies',
  'outbox',
  'people',
  'access_tokens',
  // Who reads evidence is journaled, and a page that shows a form again reads it.
  `journal.entries WHERE type <> 'evidence.read'`,
];

async function countRows({ pool }: Database): Promise<Record<string, string>> {
  const counts = await Promise.all(
    tables.map(async (table) => {
      const { rows } = await pool.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`);
      return [table, rows[0]!.n] as const;
    }),
  );
  return Object.fromEntries(counts);
}
