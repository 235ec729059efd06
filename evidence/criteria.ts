import { canonicalJson } from '../domain/canonical.ts';
import type { Policy } from '../domain/policy.ts';
import { methods } from './methods.ts';
import { sha256Of } from './sha256.ts';

/**
 * Names what will be held against the evidence: checks, limits and the versions of the methods that measure. It depends on nothing that
 * the submission says, and is taken before a result is read.
 */
export function criteriaDigest(rules: Policy): string {
  const { checks, decisionThreshold, requires } = rules;
  return sha256Of(canonicalJson({ format: 'countersign/criteria/1', checks, decisionThreshold, requires, methods }));
}
