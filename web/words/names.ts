// The plain word for each word of the domain. Nothing here is parsed; all of it is read by people.
import type { Role } from '../../domain/actor.ts';
import type { dispositions, severities, Verdict } from '../../domain/evidence.ts';
import type { AfterTheFact } from '../../domain/override.ts';
import type { ProcessKind, ProcessOutcome } from '../../domain/process.ts';
import type { DecisionOutcome, ReviewKind, ReviewOutcome, ReviewState } from '../../domain/review.ts';
import type { RiskTier } from '../../domain/submission.ts';
import type { Stage } from '../../domain/stage.ts';

export const roleWords: Record<Role, string> = {
  submitter: 'Data scientist',
  validator: 'Validator',
  domain_expert: 'Domain expert',
  compliance: 'Compliance officer',
  auditor: 'Auditor',
  administrator: 'Administrator',
};

const isRole = (word: string): word is Role => word in roleWords;

/** A role or a department, within a sentence: `compliance officer`, `Credit risk`. */
export const describeRole = (word: string): string => (isRole(word) ? roleWords[word].toLowerCase() : word);

export const tierWords: Record<RiskTier, string> = { low: 'Low risk', medium: 'Medium risk', high: 'High risk' };

export const stageWords: Record<Stage, string> = {
  registered: 'Registered',
  validating: 'In validation',
  validated: 'Validated',
  approving: 'In approval',
  approved: 'Approved',
  warming_up: 'Warming up',
  challenging: 'Challenger',
  champion: 'Champion',
  retired: 'Retired',
  deleted: 'Deleted',
  rejected: 'Rejected',
  withdrawn: 'Withdrawn',
  quarantined: 'Quarantined',
  rolled_back: 'Rolled back',
};

export const processWords: Record<ProcessKind, string> = {
  lifecycle: 'Lifecycle',
  validation: 'Validation',
  approval: 'Approval',
  warm_up: 'Warm-up',
  challenger: 'Challenger',
  retention: 'Retention',
  follow_up: 'Follow-up',
};

export const processOutcomeWords: Record<ProcessOutcome, string> = {
  VALIDATED: 'Validated',
  APPROVED: 'Approved',
  REJECTED: 'Rejected',
  CHANGES_REQUESTED: 'Changes requested',
  EXPIRED: 'Expired',
  WITHDRAWN: 'Withdrawn',
  SUPERSEDED: 'Replaced by new evidence',
};

export const reviewStateWords: Record<ReviewState, string> = {
  CREATED: 'Not open yet',
  READY: 'Open',
  RESERVED: 'Claimed',
  IN_PROGRESS: 'In progress',
  SUSPENDED: 'Waiting for information',
  COMPLETED: 'Decided',
  EXPIRED: 'Expired',
  CANCELED: 'Withdrawn',
  OBSOLETE: 'Replaced by new evidence',
  FAILED: 'Failed',
};

export const reviewOutcomeWords: Record<ReviewOutcome, string> = {
  APPROVED: 'Approved',
  REJECTED: 'Rejected',
  CHANGES_REQUESTED: 'Changes requested',
  CONFLICT: 'People disagreed',
  EXPIRED: 'Expired',
  CANCELED: 'Withdrawn',
};

export const afterTheFactWords: Record<AfterTheFact, string> = {
  OPEN: 'open',
  CONFIRMED: 'confirmed',
  REJECTED: 'rejected',
  EXPIRED: 'nobody looked in time',
  DROPPED: 'no longer needed',
};

/** What sort of question it is; nothing where it is a sign-off like any other. */
export const reviewKindWords: Record<ReviewKind, string | undefined> = {
  sign_off: undefined,
  conflict: 'Disagreement to settle',
  second_look: 'Second look',
  after_the_fact: 'After an emergency',
  condition: 'Condition not met',
};

/** What a person answers. */
export const outcomeWords: Record<DecisionOutcome, string> = {
  APPROVED: 'Approve',
  REJECTED: 'Reject',
  CHANGES_REQUESTED: 'Request changes',
  ABSTAINED: 'Abstain',
};

/** What a person did, after their name. */
export const decisionVerbs: Record<DecisionOutcome, string> = {
  APPROVED: 'approved',
  REJECTED: 'rejected',
  CHANGES_REQUESTED: 'requested changes',
  ABSTAINED: 'abstained',
};

export const verdictWords: Record<Verdict, string> = {
  PASS: 'Passed',
  WARN: 'Warning',
  FAIL: 'To judge',
  NOT_ASSESSABLE: 'Not assessed',
};

export const severityWords: Record<(typeof severities)[number], string> = {
  critical: 'Critical',
  major: 'Major',
  minor: 'Minor',
};

export const dispositionWords: Record<(typeof dispositions)[number], string> = {
  ACCEPTED: 'Accepted as it is',
  MITIGATED: 'Mitigated by other means',
  RESTRICTED: 'Accepted for restricted use',
  NOT_APPLICABLE: 'Does not apply here',
};

const documentWords: Record<string, string> = {
  model_card: 'Model card',
  data_sheet: 'Data sheet',
  validation_plan: 'Validation plan',
  development_document: 'Development document',
  monitoring_plan: 'Monitoring plan',
};

/** `model_card` → `Model card`; kinds of others' making are spelled out. */
export function describeDocument(kind: string): string {
  const spelled = kind.replaceAll(/[_-]+/g, ' ').trim();
  return documentWords[kind] ?? (spelled.charAt(0).toUpperCase() + spelled.slice(1) || kind);
}

const lineageWords: Record<string, string> = {
  trainingData: 'training data',
  code: 'code and commit',
  environment: 'environment',
  run: 'training run',
};
export const describeLineage = (piece: string): string => lineageWords[piece] ?? piece;

/** A file of the evidence: `predictions/validation` → `Predictions, validation`, `lineage/trainingData` → `Training data`. */
export function describeFile(name: string): string {
  const [kind, piece] = name.split('/');
  const words =
    kind === 'lineage' && piece ? describeLineage(piece) : name.replaceAll('/', ', ').replaceAll(/[_-]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
