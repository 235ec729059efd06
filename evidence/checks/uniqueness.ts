import { notAssessable, withPredictions, type RunCheck } from '../check-result.ts';
import { formatNumber, formatPart } from '../format-number.ts';

export const checkUniqueness: RunCheck<'uniqueness'> = (check, evidence) =>
  withPredictions(evidence, check.dataset, (set) => {
    if (set.id === null) return [notAssessable('The id column is not there.')];
    const ids = set.rows - set.id.missing;
    if (ids === 0) return [notAssessable('There are no ids.')];
    const value = set.id.distinct / ids;
    return [
      {
        verdict: value >= check.minimum ? 'PASS' : 'FAIL',
        value,
        threshold: `≥ ${formatNumber(check.minimum)}`,
        message: `${formatPart(set.id.distinct, ids, 'id')} are distinct.`,
      },
    ];
  });
