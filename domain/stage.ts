/** Where a version stands. */
export const stages = [
  'registered', 'validating', 'validated', 'approving', 'approved', 'warming_up', 'challenging', 'champion', 'retired',
  'deleted', 'rejected', 'withdrawn', 'quarantined', 'rolled_back',
] as const; // prettier-ignore
export type Stage = (typeof stages)[number];

/** Edges of the version's state machine; an absent edge is refused. */
const edges: Record<Stage, readonly Stage[]> = {
  registered: ['validating', 'withdrawn'],
  validating: ['validated', 'rejected', 'withdrawn', 'registered'],
  validated: ['approving', 'registered', 'withdrawn', 'rejected', 'quarantined'],
  approving: ['approved', 'rejected', 'registered', 'withdrawn', 'quarantined'],
  approved: ['warming_up', 'withdrawn', 'quarantined', 'retired'],
  warming_up: ['challenging', 'rejected', 'withdrawn', 'quarantined'],
  challenging: ['champion', 'rejected', 'withdrawn', 'quarantined'],
  champion: ['retired', 'rolled_back', 'quarantined'],
  retired: ['deleted'],
  rolled_back: ['validating', 'retired'],
  quarantined: ['validating', 'retired', 'rejected'],
  rejected: ['retired', 'deleted'],
  withdrawn: ['retired', 'deleted'],
  deleted: [],
};

export const canMove = (from: Stage, to: Stage): boolean => edges[from].includes(to);

/** Stages in which new evidence may open a new round. */
export const takesNewEvidence = (stage: Stage): boolean =>
  ['registered', 'validating', 'validated', 'approving'].includes(stage);

/** Stages in which a pipeline may take its version back. */
export const canWithdraw = (stage: Stage): boolean => canMove(stage, 'withdrawn');
