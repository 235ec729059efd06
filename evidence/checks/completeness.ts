import { notAssessable, withPredictions, type RunCheck } from '../check-result.ts';
import { formatCount, formatList, formatNumber, formatPart } from '../format-number.ts';

export const checkCompleteness: RunCheck<'completeness'> = (check, evidence) =>
  withPredictions(evidence, check.dataset, (set) => {
    if (set.completeRows === null) return [notAssessable('The id, label or score column is not there.')];
    if (set.rows === 0) return [notAssessable('The file has no rows.')];
    const value = set.completeRows / set.rows;
    const missing = (['id', 'label', 'score'] as const).flatMap((role) => {
      const count = set[role]?.missing ?? 0;
      return count === 0 ? [] : [formatCount(count, role)];
    });
    return [
      {
        verdict: value >= check.minimum ? 'PASS' : 'FAIL',
        value,
        threshold: `≥ ${formatNumber(check.minimum)}`,
        message: `${formatPart(set.completeRows, set.rows, 'row')} have an id, a label and a score.${missing.length > 0 ? ` Missing: ${formatList(missing)}.` : ''}`,
      },
    ];
  });
