// The page as it is usually written: who asks, one join with LIMIT, rows to JSON. On the same tables and indexes.
import { createHash } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import pg from 'pg';

const [port, databaseUrl] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl!, max: 16 });
const pageSql = `
SELECT r.id, r.title, r.question, r.summary, r.kind, r.state, r.outcome, r.revision, r.round, r.evidence_digest, r.risk_tier, r.model_version_id, r.model, r.version, r.process_id,
  r.process_kind, r.sign_off, r.quorum_required, r.approvals, r.rejections, r.missing_roles, r.due_at, r.created_at, r.closed_at, r.assignee, r.terms->>'owner' AS owner
FROM review_candidates c JOIN reviews r ON r.id = c.review_id WHERE c.handle = $1 AND c.is_waiting ORDER BY c.due_at, c.review_id LIMIT $2`;

const app = new Hono();
app.get('/v1/reviews', async (c) => {
  const token = c.req.header('authorization')?.slice(7) ?? '';
  const { rows: people } = await pool.query<{ handle: string }>({ name: 'person', text: 'SELECT handle FROM access_tokens WHERE token_hash = $1 AND revoked_at IS NULL', values: [`sha256:${createHash('sha256').update(token).digest('hex')}`] }); // prettier-ignore
  const handle = people[0]?.handle;
  if (handle === undefined) return c.json({ error: 'token' }, 401);
  const limit = Number(c.req.query('limit'));
  const { rows } = await pool.query({ name: 'page', text: pageSql, values: [handle, limit + 1] });
  return c.json({ items: rows.slice(0, limit), hasMore: rows.length > limit });
});

serve(
  { fetch: app.fetch, hostname: '127.0.0.1', port: Number(port), serverOptions: { keepAliveTimeout: 60_000 } },
  () => process.send?.('ready'),
);
