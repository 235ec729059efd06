import { withPredictions, type RunCheck } from '../check-result.ts';
import { formatCount } from '../format-number.ts';
import type { LoadedPredictions } from '../predictions/predictions.ts';

/** Well-formed but wrong: what a broken scoring job writes when nobody looks. */
export const checkPlausibleScores: RunCheck<'plausible-scores'> = (check, evidence) =>
  withPredictions(evidence, check.dataset, (set) => {
    const threshold = `≥ ${check.minimumDistinct} distinct scores, none missing${evidence.submission.task === 'regression' ? '' : ', all within 0 to 1'}`;
    const value = set.score?.distinct ?? null;
    const problems = findProblems(set, check.minimumDistinct, evidence.submission.task === 'regression');
    if (problems.length > 0) return [{ verdict: 'FAIL', value, threshold, message: problems.join(' ') }];
    return [
      {
        verdict: 'PASS',
        value,
        threshold,
        message: `${formatCount(value ?? 0, 'distinct score')} in ${formatCount(set.rows, 'row')}, none missing${evidence.submission.task === 'regression' ? '' : ', all within 0 to 1'}.`,
      },
    ];
  });

function findProblems(set: LoadedPredictions, minimumDistinct: number, isRegression: boolean): string[] {
  const { score, rows } = set;
  if (score === null) return ['There is no score column that holds numbers.'];
  if (rows === 0) return ['The file has no rows.'];
  if (score.missing === rows) return [`All ${formatCount(rows, 'score')} are missing.`];
  const problems: string[] = [];
  if (score.missing > 0) problems.push(`${formatCount(score.missing, 'score is', 'scores are')} missing.`);
  if (score.notNumbers > 0)
    problems.push(`${formatCount(score.notNumbers, 'score is', 'scores are')} text and no number.`);
  if (score.outOfRange > 0)
    problems.push(
      `${formatCount(score.outOfRange, 'score lies', 'scores lie')} ${isRegression ? 'beyond any sensible number' : 'outside 0 to 1 and can be no probability'}.`,
    );
  if (score.distinct === 1) problems.push('All scores are the same: the model does not tell rows apart.');
  else if (score.distinct < minimumDistinct)
    problems.push(`There are only ${formatCount(score.distinct, 'distinct score')}.`);
  return problems;
}
