// Users who each do one whole task after another: send the webhook, wait until it is in the inbox, decide, wait until it is done.
import { hash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { signatureOf } from '../integrations/generic/verify-signature.ts';
import type { Played } from './contest.ts';
import { HttpConnection, renderRequest } from './load/http-connection.ts';
import { latenciesOf } from './statistics.ts';

/** One way of doing a task. Both are asked alike. */
export interface TaskForm {
  /** Where the webhook goes. */
  hookPort: number;
  decisionPort: number;
  secret: string;
  pool: Pool;
  /** Answers rows `{ id, handle }` of those among `$1` that are in the inbox; `handle` is whatever the decision needs. */
  openSql: string;
  /** Answers rows `{ id }` of those among `$1` that are done. */
  doneSql: string;
  decide: (id: string, handle: string) => Buffer;
}

const POLL_MS = 4;
const PATIENCE_MS = 60_000;

/** Plays these tasks with so many users at once. Rates count whole tasks; steps are told one by one. */
export async function playTasks(form: TaskForm, ids: readonly string[], users: number): Promise<Played> {
  const inbox = new Watch(form.pool, form.openSql);
  const done = new Watch(form.pool, form.doneSql);
  const steps = {
    'webhook answered': new Array<number>(),
    'in the inbox': new Array<number>(),
    'decision answered': new Array<number>(),
    done: new Array<number>(),
    whole: new Array<number>(),
  };
  const waiting = [...ids];
  const playUser = async () => {
    const hooks = await HttpConnection.open(form.hookPort);
    const decisions = await HttpConnection.open(form.decisionPort);
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const sent = performance.now();
      await expectStatus(hooks, webhookOf(id, form.secret), 202);
      steps['webhook answered'].push(performance.now() - sent);
      const handle = await inbox.find(id);
      steps['in the inbox'].push(performance.now() - sent);
      const pressed = performance.now();
      await expectStatus(decisions, form.decide(id, handle), 201);
      steps['decision answered'].push(performance.now() - pressed);
      await done.find(id);
      steps.done.push(performance.now() - pressed);
      steps.whole.push(performance.now() - sent);
    }
    hooks.close();
    decisions.close();
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: users }, playUser));
  const seconds = (performance.now() - start) / 1000;
  return {
    sent: ids.length,
    seconds,
    ...latenciesOf(steps.whole),
    steps: Object.fromEntries(Object.entries(steps).map(([step, latencies]) => [step, latenciesOf(latencies)])),
  };
}

function webhookOf(id: string, secret: string): Buffer {
  const body = JSON.stringify({ id, title: `Is ${id} sound enough for its use?` });
  const name = randomBytes(8).toString('hex');
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = `v1,${signatureOf(secret, name, timestamp, body)}`;
  return renderRequest(
    'POST',
    '/hooks',
    { 'webhook-id': name, 'webhook-timestamp': timestamp, 'webhook-signature': signature },
    body,
  );
}

async function expectStatus(connection: HttpConnection, request: Buffer, expected: number): Promise<void> {
  const status = await connection.send(request);
  if (status !== expected) throw new Error(`Answered ${status}, not ${expected}: ${connection.lastBody}`);
}

/** Asks for all that is waited for in one query, so that looking costs both forms the same and little. */
class Watch {
  readonly #pool: Pool;
  readonly #query: { name: string; text: string };
  readonly #waiting = new Map<string, { resolve: (handle: string) => void; reject: (error: unknown) => void }>();
  #isLooking = false;

  constructor(pool: Pool, sql: string) {
    this.#pool = pool;
    this.#query = { name: hash('md5', sql), text: sql };
  }

  find(id: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      if (!this.#isLooking) void this.#look();
    });
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    let isNewsAt = performance.now();
    try {
      while (this.#waiting.size > 0) {
        const values = [[...this.#waiting.keys()]];
        const { rows } = await this.#pool.query<{ id: string; handle: string }>({ ...this.#query, values });
        for (const { id, handle } of rows) {
          this.#waiting.get(id)?.resolve(handle);
          this.#waiting.delete(id);
          isNewsAt = performance.now();
        }
        if (performance.now() - isNewsAt > PATIENCE_MS) throw new Error('Nothing came for a minute');
        await delay(POLL_MS);
      }
    } catch (error) {
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    } finally {
      this.#isLooking = false;
    }
  }
}
