import { notAssessable, withPredictions, type RunCheck } from '../check-result.ts';
import { formatCount, formatList, formatNumber, formatPart } from '../format-number.ts';
import type { ValueCounts } from '../predictions/predictions.ts';

export const checkValidity: RunCheck<'validity'> = (check, evidence) =>
  withPredictions(evidence, check.dataset, (set) => {
    if (set.validRows === null || set.label === null || set.score === null)
      return [notAssessable('The label or score column is not there, or holds no numbers.')];
    if (set.rows === 0) return [notAssessable('The file has no rows.')];
    const value = set.validRows / set.rows;
    const classified = evidence.submission.task === 'binary_classification';
    const problems = [
      ...describe(set.label, 'label', classified ? 'other than 0 and 1' : 'beyond any sensible number'),
      ...describe(set.score, 'score', classified ? 'outside 0 to 1' : 'beyond any sensible number'),
    ];
    return [
      {
        verdict: value >= check.minimum ? 'PASS' : 'FAIL',
        value,
        threshold: `≥ ${formatNumber(check.minimum)}`,
        message: `${formatPart(set.validRows, set.rows, 'row')} have a label and a score in range.${problems.length > 0 ? ` Found: ${formatList(problems)}.` : ''}`,
      },
    ];
  });

function describe(counts: ValueCounts, one: string, outside: string): string[] {
  return [
    ...(counts.missing > 0 ? [formatCount(counts.missing, `missing ${one}`)] : []),
    ...(counts.notNumbers > 0
      ? [`${formatCount(counts.notNumbers, one)} that ${counts.notNumbers === 1 ? 'is' : 'are'} text`]
      : []),
    ...(counts.outOfRange > 0 ? [`${formatCount(counts.outOfRange, one)} ${outside}`] : []),
  ];
}
