import { notAssessable, withPredictions, type RunCheck } from '../check-result.ts';
import { formatCount, formatNumber } from '../format-number.ts';
import { countClasses } from '../metrics/score-tally.ts';

export const checkVolume: RunCheck<'volume'> = (check, evidence) =>
  withPredictions(evidence, check.dataset, (set) => {
    const classified = evidence.submission.task === 'binary_classification';
    const needsClasses = classified && check.minimumPositives > 0;
    const threshold = `≥ ${formatNumber(check.minimumRows)} rows${needsClasses ? `, ≥ ${formatNumber(check.minimumPositives)} of each class` : ''}`;
    const result = { value: set.rows, threshold };
    if (!needsClasses) {
      return [
        {
          ...result,
          verdict: set.rows >= check.minimumRows ? 'PASS' : 'FAIL',
          message: `There are ${formatCount(set.rows, 'row')}.`,
        },
      ];
    }
    if (set.rows < check.minimumRows)
      return [{ ...result, verdict: 'FAIL', message: `There are ${formatCount(set.rows, 'row')}.` }];
    if (set.tally === null || set.label === null)
      return [notAssessable('The label or score column is not there, or holds no numbers.', result)];
    const { positives, negatives } = countClasses(set.tally);
    return [
      {
        ...result,
        verdict: Math.min(positives, negatives) >= check.minimumPositives ? 'PASS' : 'FAIL',
        message: `There are ${formatCount(set.rows, 'row')}: ${formatNumber(positives)} with label 1 and ${formatNumber(negatives)} with label 0.`,
      },
    ];
  });
