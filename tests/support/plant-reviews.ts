import type { Pool } from 'pg';
import { genesisHash } from '../../domain/journal.ts';
import type { SignOff } from '../../domain/policy.ts';
import { defaultReviewRules, defaultSignOffExtras } from '../../domain/review-policy.ts';
import type { ReviewTerms } from '../../db/schema/reviews.ts';
import { digestOf } from './build.ts';

export interface PlantedReviews {
  ids: string[];
  evidenceDigest: string;
}

/** Open reviews straight into the tables, for tests and benchmarks of deciding: each on a version and a stream of its own, with no workflow behind it. */
export async function plantReviews(
  pool: Pool,
  options: { count: number; candidates: string[]; quorum?: number; prefix?: string },
): Promise<PlantedReviews> {
  const { count, candidates, quorum = 1, prefix = 'planted' } = options;
  const signOff: SignOff = {
    name: 'validation', title: 'Validation', roles: ['validator'], quorum, departments: [], dueIn: 'P3D', conflict: { roles: ['validator'], quorum: 1, dueIn: 'P1D' }, ...defaultSignOffExtras,
  }; // prettier-ignore
  const terms: ReviewTerms = {
    signOff,
    reason: { required: 'always', minimumLength: 12, unlikeLast: 3 },
    rules: defaultReviewRules,
    policy: { id: 'low', version: 1 },
    commitAuthors: [],
    accountable: null,
    owner: 'data-scientist-1',
    author: 'data-scientist-1',
    contributors: [],
    findingsToAnswer: [],
    findingCounts: { toJudge: 0, warnings: 0, passed: 1, notAssessable: 0 },
  };
  const evidenceDigest = digestOf(prefix);
  await pool.query(
    `INSERT INTO journal_heads (stream, position, hash) SELECT 'mver_' || $1 || n, 0, $2 FROM generate_series(1, $3::int) n`,
    [prefix, genesisHash, count],
  );
  await pool.query(
    `INSERT INTO reviews (id, process_id, process_kind, model_version_id, model, version, risk_tier, kind, sign_off, round, title, question, summary, state, revision,
       material_revision, evidence_digest, quorum_required, missing_roles, terms, due_at, created_at)
     SELECT 'rev_' || $1 || n, 'proc_' || $1 || n, 'validation', 'mver_' || $1 || n, 'model-' || n, '1', 'low', 'sign_off', 'validation', 1, 'Validation', 'Is it sound?', '', 'READY', 1,
       1, $2, $3, '{validator}', $4, now() + interval '3 days' + n * interval '1 second', now() FROM generate_series(1, $5::int) n`,
    [prefix, evidenceDigest, quorum, JSON.stringify(terms), count],
  );
  await pool.query(
    `INSERT INTO review_candidates (handle, review_id, role, due_at, is_waiting)
     SELECT handle, 'rev_' || $1 || n, 'validator', now() + interval '3 days' + n * interval '1 second', true FROM generate_series(1, $2::int) n, unnest($3::text[]) handle`,
    [prefix, count, candidates],
  );
  await pool.query('ANALYZE journal_heads, reviews, review_candidates');
  return { ids: Array.from({ length: count }, (_, index) => `rev_${prefix}${index + 1}`), evidenceDigest };
}
