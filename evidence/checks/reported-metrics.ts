import { metricNameSchema } from '../../domain/metric.ts';
import { notAssessable, type RunCheck } from '../check-result.ts';
import { findMetric } from '../compute-metrics.ts';
import { formatBeside, formatCount, formatList, formatNumber } from '../format-number.ts';

/** Reported names that we do not compute are named and left alone: there is nothing to hold them against. */
export const checkReportedMetrics: RunCheck<'reported-metrics'> = (check, evidence) => {
  const reported = Object.entries(evidence.submission.metrics[check.dataset] ?? {}).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  if (reported.length === 0) return [notAssessable(`The pipeline reported no metrics on ${check.dataset}.`)];
  const unknown: string[] = [];
  const different: string[] = [];
  const unmeasured: string[] = [];
  let compared = 0;
  let greatest = 0;
  for (const [name, value] of reported) {
    const known = metricNameSchema.safeParse(name);
    if (!known.success) {
      unknown.push(name);
      continue;
    }
    const ours = findMetric(evidence.metrics, known.data, check.dataset)?.value ?? null;
    if (ours === null) {
      unmeasured.push(name);
      continue;
    }
    compared++;
    const difference = Math.abs(ours - value);
    greatest = Math.max(greatest, difference);
    if (!(difference <= check.tolerance))
      different.push(`${name}: reported ${formatBeside(value, ours)}, computed ${formatBeside(ours, value)}`);
  }
  const result = { value: compared === 0 ? null : greatest, threshold: `≤ ${formatNumber(check.tolerance)} apart` };
  const also = unknown.length > 0 ? ` Not computed here: ${formatList(unknown)}.` : '';
  if (different.length > 0) return [{ ...result, verdict: 'FAIL', message: `${formatList(different)}.${also}` }];
  if (unmeasured.length > 0 || compared === 0) {
    const missing =
      unmeasured.length > 0 ? ` ${formatList(unmeasured)} could not be computed from the predictions.` : '';
    return [notAssessable(`Not all that was reported can be compared.${missing}${also}`, result)];
  }
  return [
    {
      ...result,
      verdict: 'PASS',
      message: `${formatCount(compared, 'reported metric')} equal what we compute from the predictions.${also}`,
    },
  ];
};
