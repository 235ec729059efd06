// Builders: complete by default, unique by name, changed where a test cares.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { canonicalJson } from '../../domain/canonical.ts';
import type { Finding } from '../../domain/evidence.ts';
import { submissionDataSchema, type Submission } from '../../domain/submission.ts';
import type { Policy } from '../../domain/policy.ts';
import { sha256 } from '../../db/sha256.ts';
import { criteriaDigest } from '../../evidence/criteria.ts';
import type { BuiltEvidence, EvidenceRequest } from '../../evidence/evidence-request.ts';
import { parsePolicy } from '../../policies/parse-policy.ts';

export const uniqueName = (prefix: string): string => `${prefix}-${randomBytes(5).toString('hex')}`;
export const digestOf = (text: string): string => sha256(text);

export function buildSubmission(change: Partial<Submission> = {}): Submission {
  return submissionDataSchema.parse({
    model: uniqueName('model'),
    version: '1',
    riskTier: 'low',
    task: 'binary_classification',
    owner: 'data-scientist-1',
    author: 'data-scientist-1',
    contributors: ['data-scientist-2'],
    artifact: { uri: 'file:///models/model.pkl', digest: digestOf('model') },
    ...change,
  });
}

/** A shipped policy, changed where a test cares. */
export function buildPolicy(tier: 'low' | 'medium' | 'high', change: (policy: Policy) => void = () => {}): Policy {
  const file = resolve(import.meta.dirname, '../../policies', `${tier}.yaml`);
  const parsed = parsePolicy(readFileSync(file, 'utf8'), file);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  change(parsed.policy);
  return parsed.policy;
}

export function buildFinding(change: Partial<Finding> = {}): Finding {
  return {
    id: 'auc-floor',
    check: 'auc-floor',
    title: 'Ranking on held-out data',
    verdict: 'PASS',
    severity: 'critical',
    blocking: true,
    value: 0.8,
    threshold: '≥ 0.6',
    message: 'ROC AUC is 0.800 on 595 rows.',
    metric: 'roc_auc/validation',
    ...change,
  };
}

/** What the evidence process would answer, with these findings and nothing else. */
export function buildEvidence(request: EvidenceRequest, findings: Finding[] = [buildFinding()]): BuiltEvidence {
  const { modelVersion, round, policy, champion, submission } = request;
  const pack: BuiltEvidence['pack'] = {
    format: 'countersign/evidence-pack/1',
    modelVersion,
    round,
    policy: { id: policy.id, version: policy.version, digest: policy.digest },
    criteriaDigest: criteriaDigest(policy.rules),
    champion: champion && { id: champion.id, version: champion.version, evidenceDigest: champion.evidenceDigest },
    inputs: [{ name: 'artifact', uri: submission.artifact.uri, declaredDigest: submission.artifact.digest, actualDigest: submission.artifact.digest, bytes: 5, problem: null }],
    metrics: [],
    findings,
    documents: [],
    charts: [],
  }; // prettier-ignore
  const bytes = canonicalJson(pack);
  return { pack, bytes, digest: sha256(bytes), documents: [] };
}
