import type { Finding } from '../domain/evidence.ts';
import type { Check } from '../domain/policy.ts';
import type { CheckResult, Evidence } from './check-result.ts';
import { runCheck } from './checks/registry.ts';

/** The findings of every check of the policy, in the policy's order. */
export function judgeEvidence(evidence: Evidence): Finding[] {
  return evidence.rules.checks.flatMap((check) => runCheck(check, evidence).map((result) => toFinding(check, result)));
}

/** A blocking rule that lacks its evidence fails: otherwise leaving evidence out would be the way past it. */
function toFinding(check: Check, result: CheckResult): Finding {
  const blocking = check.onFail === 'reject';
  const closed = result.verdict === 'NOT_ASSESSABLE' && result.failsClosed === true && blocking;
  return {
    id: result.subject === undefined ? check.id : `${check.id}:${result.subject}`,
    check: check.id,
    title: check.title,
    verdict: closed ? 'FAIL' : result.verdict,
    severity: check.severity,
    blocking,
    value: result.value ?? null,
    threshold: result.threshold ?? null,
    message: closed
      ? `This rule must hold and cannot be assessed, so it counts as failed. ${result.message}`
      : result.message,
    metric: result.metric ?? null,
  };
}
