import { stringify } from 'csv-stringify/sync';
import type { ApprovalView } from '../schemas/approval-view.ts';

type Cell = string | number | null;

/** Its columns, in order. */
const columns: Record<string, (approval: ApprovalView) => Cell> = {
  at: ({ at }) => at,
  by: ({ by }) => by,
  name: ({ name }) => name,
  department: ({ department }) => department,
  onBehalfOf: ({ onBehalfOf }) => onBehalfOf,
  how: ({ how }) => how,
  model: ({ model }) => model,
  version: ({ version }) => version,
  modelVersionId: ({ modelVersionId }) => modelVersionId,
  riskTier: ({ riskTier }) => riskTier,
  process: ({ process }) => process,
  round: ({ round }) => round,
  signOff: ({ signOff }) => signOff,
  reviewId: ({ reviewId }) => reviewId,
  reviewOutcome: ({ reviewOutcome }) => reviewOutcome,
  voidedAt: ({ voided }) => voided?.at ?? null,
  voidedWhy: ({ voided }) => voided?.why ?? null,
  voidedPolicyVersion: ({ voided }) => voided?.policyVersion ?? null,
  evidenceDigest: ({ evidenceDigest }) => evidenceDigest,
  policy: ({ policy }) => policy.id,
  policyVersion: ({ policy }) => policy.version,
  reason: ({ reason }) => reason,
  conditions: ({ conditions }) => conditions.join('\n'),
  channel: ({ channel }) => channel,
  assurance: ({ assurance }) => assurance,
  signedName: ({ signature }) => signature?.name ?? null,
  signedAt: ({ signature }) => signature?.at ?? null,
  signatureMeaning: ({ signature }) => signature?.meaning ?? null,
  decisionId: ({ decisionId }) => decisionId,
  entryStream: ({ entry }) => entry.stream,
  entryPosition: ({ entry }) => entry.position,
  entryHash: ({ entry }) => entry.hash,
};

/** Text that a spreadsheet would run as a formula gets an apostrophe before it; all text is in quotation marks, whatever separates cells where it is opened. */
const lineOf = (cells: Cell[]): string =>
  stringify([cells], { escape_formulas: true, quoted_string: true, record_delimiter: 'windows' });

export const approvalsHeader = (): string => lineOf(Object.keys(columns));
export const approvalLine = (approval: ApprovalView): string =>
  lineOf(Object.values(columns).map((cellOf) => cellOf(approval)));
