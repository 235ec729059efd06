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

/**
 * A sign that begins a formula, where a cell begins: first in the text, or after what may separate cells or lines where the file is opened.
 * Spaces and quotation marks between them change nothing. The full-width signs count as the others do.
 */
const formulaStart = /(^|[,;|\p{Cc}\p{Zl}\p{Zp}])([\p{Zs}\p{Cf}"]*)(?=[=+\-@＝＋－＠])/gu;

const cellOf = (cell: Cell): Cell => (typeof cell === 'string' ? cell.replaceAll(formulaStart, "$1$2'") : cell);

/** All text is in quotation marks. `escape_formulas` looks at the first character of a cell, which is a tab or a line break as well; ours looks at all that follow. */
const lineOf = (cells: Cell[]): string =>
  stringify([cells.map(cellOf)], { escape_formulas: true, quoted_string: true, record_delimiter: 'windows' });

export const approvalsHeader = (): string => lineOf(Object.keys(columns));
export const approvalLine = (approval: ApprovalView): string =>
  lineOf(Object.values(columns).map((valueOf) => valueOf(approval)));
