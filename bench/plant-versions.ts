import type { Pool } from 'pg';
import { connectDatabase } from '../db/client.ts';
import { insertEvidencePack } from '../db/queries/evidence.ts';
import { getPinnedPolicy } from '../db/queries/policies.ts';
import { genesisHash } from '../domain/journal.ts';
import { buildEvidence, buildSubmission } from '../tests/support/build.ts';

/** Versions of the medium tier that were validated and go on to approval, all on the same small evidence pack. */
export async function plantValidatedVersions(databaseUrl: string, pool: Pool, count: number): Promise<string[]> {
  const database = connectDatabase({ url: databaseUrl, max: 1 });
  const submission = buildSubmission({ riskTier: 'medium' });
  const policy = await getPinnedPolicy(database.db, 'medium', 1);
  const evidence = buildEvidence({
    modelVersion: { id: 'mver_bench', model: submission.model, version: '1' },
    round: 1,
    submission,
    policy,
    champion: null,
    fileRoots: [],
  });
  await insertEvidencePack(database.db, {
    digest: evidence.digest,
    modelVersionId: 'mver_bench',
    round: 1,
    criteriaDigest: evidence.pack.criteriaDigest,
    content: Buffer.from(evidence.bytes),
  });
  await database.close();
  await pool.query(
    `INSERT INTO model_versions (id, model, version, stage, risk_tier, owner, author, contributors, artifact_digest, submission, evidence_digest, policy_id, policy_version, submitted_by)
     SELECT 'mver_bench' || n, 'model-' || n % 50, n::text, 'validated', 'medium', 'data-scientist-1', 'data-scientist-1', '{}', $1, $2, $3, $4, $5, 'pipeline' FROM generate_series(1, $6::int) n`,
    [submission.artifact.digest, JSON.stringify(submission), evidence.digest, policy.id, policy.version, count],
  );
  await pool.query(
    `INSERT INTO journal_heads (stream, position, hash) SELECT 'mver_bench' || n, 0, $1 FROM generate_series(1, $2::int) n`,
    [genesisHash, count],
  );
  await pool.query('ANALYZE model_versions, journal_heads');
  return Array.from({ length: count }, (_, index) => `mver_bench${index + 1}`);
}
