import type { RunCheck } from '../check-result.ts';
import { formatList } from '../format-number.ts';

const names = { trainingData: 'training data', code: 'code', environment: 'environment', run: 'training run' } as const;

export const checkLineage: RunCheck<'lineage'> = (_check, { rules, submission }) => {
  const required = rules.requires.lineage;
  const absent = required.filter((part) => submission.lineage[part] === undefined);
  const result = { value: required.length - absent.length, threshold: `all of ${required.length}` };
  if (absent.length > 0) {
    return [
      {
        ...result,
        verdict: 'FAIL',
        message: `The submission does not name its ${formatList(absent.map((part) => names[part]))}.`,
      },
    ];
  }
  const message =
    required.length === 0
      ? 'No lineage is required.'
      : `The submission names its ${formatList(required.map((part) => names[part]))}.`;
  return [{ ...result, verdict: 'PASS', message }];
};
