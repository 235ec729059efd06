// A compare-and-set of a status column by a known person, with the decision and an outbox row in its transaction.
// No candidates, separation of duties, reason rules, quorum, journal or refusals on record.
import { createHash, randomUUID } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import pg from 'pg';

const [port, databaseUrl] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl!, max: 16 });
interface Command {
  outcome: string;
  reason: string;
  revision: number;
  evidenceDigest: string;
}

const app = new Hono();
app.post('/v1/reviews/:id/decisions', async (c) => {
  const token = c.req.header('authorization')?.slice(7) ?? '';
  const { rows } = await pool.query<{ handle: string }>({ name: 'person', text: 'SELECT handle FROM tokens WHERE hash = $1', values: [createHash('sha256').update(token).digest('hex')] }); // prettier-ignore
  const handle = rows[0]?.handle;
  if (handle === undefined) return c.json({ error: 'token' }, 401);
  const reviewId = c.req.param('id');
  const { outcome, reason, revision, evidenceDigest } = await c.req.json<Command>();
  const id = randomUUID();
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const decided = await client.query({ name: 'decide', text: "UPDATE reviews SET state = 'COMPLETED', outcome = $4, revision = revision + 1 WHERE id = $1 AND revision = $2 AND evidence_digest = $3 AND state = 'READY'", values: [reviewId, revision, evidenceDigest, outcome] }); // prettier-ignore
    if (decided.rowCount !== 1) {
      await client.query('ROLLBACK');
      return c.json({ error: 'decided before' }, 409);
    }
    await client.query({ name: 'decision', text: 'INSERT INTO decisions (id, review_id, handle, outcome, reason, key) VALUES ($1, $2, $3, $4, $5, $6)', values: [id, reviewId, handle, outcome, reason, c.req.header('idempotency-key')] }); // prettier-ignore
    await client.query({ name: 'outbox', text: 'INSERT INTO outbox (message) VALUES ($1)', values: [JSON.stringify({ closed: reviewId, outcome })] }); // prettier-ignore
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
  return c.json({ id, reviewId, outcome, by: handle }, 201);
});

serve(
  { fetch: app.fetch, hostname: '127.0.0.1', port: Number(port), serverOptions: { keepAliveTimeout: 60_000 } },
  () => process.send?.('ready'),
);
