import type { Pool } from 'pg';
import { defaultReviewRules, defaultSignOffExtras } from '../domain/review-policy.ts';

/** Reviews as years of work leave them: most of them closed, the open ones spread over people, two asked for each. */
export async function plantInbox(
  pool: Pool,
  { reviews, open, handles }: { reviews: number; open: number; handles: readonly string[] },
): Promise<void> {
  const terms = JSON.stringify({
    signOff: { name: 'validation', title: 'Validation', roles: ['validator'], quorum: 1, departments: [], dueIn: 'P3D', conflict: { roles: ['validator'], quorum: 1, dueIn: 'P1D' }, ...defaultSignOffExtras },
    reason: { required: 'always', minimumLength: 12, unlikeLast: 3 },
    rules: defaultReviewRules,
    policy: { id: 'medium', version: 1 },
    owner: 'data-scientist-1',
    author: 'data-scientist-1',
    contributors: [],
    commitAuthors: [],
    accountable: null,
    findingsToAnswer: [],
    findingCounts: { toJudge: 0, warnings: 0, passed: 12, notAssessable: 0 },
  }); // prettier-ignore
  // Every so manieth is open, so that open rows lie among closed ones as they would.
  const every = Math.round(reviews / open);
  await pool.query(
    `INSERT INTO reviews (id, process_id, process_kind, model_version_id, model, version, risk_tier, kind, sign_off, round, title, question, summary, state, outcome, revision,
       material_revision, evidence_digest, quorum_required, approvals, missing_roles, terms, due_at, created_at, closed_at, closed_by)
     SELECT 'rev_' || n, 'proc_' || n, 'validation', 'mver_' || n, 'model-' || n % 500, n::text, 'medium', 'sign_off', 'validation', 1, 'Validation of model-' || n % 500,
       'Is model-' || n % 500 || ' version ' || n || ' sound enough for its use?', '12 checks passed.', CASE WHEN is_open THEN 'READY' ELSE 'COMPLETED' END, CASE WHEN NOT is_open THEN 'APPROVED' END,
       CASE WHEN is_open THEN 1 ELSE 2 END, 1, 'sha256:' || repeat('a', 64), 1, CASE WHEN is_open THEN 0 ELSE 1 END, CASE WHEN is_open THEN '{validator}' ELSE '{}' END::text[], $1,
       now() - make_interval(mins => $2 - n) + interval '5 days', now() - make_interval(mins => $2 - n), CASE WHEN NOT is_open THEN now() - make_interval(mins => $2 - n) + interval '1 day' END,
       CASE WHEN NOT is_open THEN 'validator' END
     FROM generate_series(1, $2::int) n, LATERAL (SELECT n % $3::int = 0) AS o (is_open)`,
    [terms, reviews, every],
  );
  await pool.query(
    `INSERT INTO review_candidates (handle, review_id, role, due_at, is_waiting, closed_at)
     SELECT ($1::text[])[1 + (n / $3::int + asked * 7) % $2::int], 'rev_' || n, 'validator', now() - make_interval(mins => $4::int - n) + interval '5 days', n % $3::int = 0,
       CASE WHEN n % $3::int <> 0 THEN now() - make_interval(mins => $4::int - n) + interval '1 day' END
     FROM generate_series(1, $4::int) n, generate_series(0, 1) asked`,
    [handles, handles.length, every, reviews],
  );
  await pool.query('VACUUM ANALYZE reviews');
  await pool.query('VACUUM ANALYZE review_candidates');
}
