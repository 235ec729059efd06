import {
  classificationMetrics,
  lowerIsBetter,
  regressionMetrics,
  type Metric,
  type MetricName,
} from '../../domain/metric.ts';
import { metricWords } from '../words/metrics.ts';
import { formatCount, formatInterval, formatStatistic } from '../words/numbers.ts';
import { Card } from './parts.tsx';

const counts: ReadonlySet<MetricName> = new Set([
  'true_negatives',
  'false_positives',
  'false_negatives',
  'true_positives',
]);
// Ranking and scores first: they are what a binary decision is usually judged by.
const first: readonly MetricName[] = [
  'roc_auc',
  'average_precision',
  'brier',
  'log_loss',
  'expected_calibration_error',
];
const shown = [...new Set([...first, ...classificationMetrics, ...regressionMetrics])].filter(
  (name) => !counts.has(name),
);

/** Training beside validation, each with its n and interval, and which way is better. */
export function MetricsTable({ metrics }: { metrics: readonly Metric[] }) {
  const find = (name: MetricName, dataset: Metric['dataset']) =>
    metrics.find((metric) => metric.name === name && metric.dataset === dataset && metric.segment === null);
  const rows = shown
    .map((name) => ({ name, training: find(name, 'training'), validation: find(name, 'validation') }))
    .filter((row) => row.training ?? row.validation);
  if (rows.length === 0) return <></>;
  return (
    <Card title="Metrics" aside="training beside validation" id="metrics" flush>
      <div class="overflow-x-auto" role="region" aria-label="Table of metrics" tabindex={0}>
        <table class="w-full">
          <thead>
            <tr class="text-muted-foreground border-b text-xs">
              <th scope="col" class="px-4 py-2 text-start font-medium">
                Metric
              </th>
              <th scope="col" class="px-3 py-2 text-end font-medium">
                Validation
              </th>
              <th scope="col" class="hidden px-3 py-2 text-end font-medium sm:table-cell print:table-cell">
                95 % interval
              </th>
              <th scope="col" class="px-3 py-2 text-end font-medium">
                Training
              </th>
              <th scope="col" class="hidden px-4 py-2 text-end font-medium sm:table-cell print:table-cell">
                n
              </th>
            </tr>
          </thead>
          <tbody class="divide-y">
            {rows.map(({ name, training, validation }) => (
              <tr>
                <th scope="row" class="px-4 py-2 text-start font-normal">
                  {metricWords[name]}{' '}
                  <span class="text-muted-foreground text-xs whitespace-nowrap">
                    {lowerIsBetter.has(name) ? 'less is better' : ''}
                  </span>
                </th>
                <td class="num px-3 py-2 text-end font-medium">
                  <Value metric={validation} />
                </td>
                <td class="num text-muted-foreground hidden px-3 py-2 text-end whitespace-nowrap sm:table-cell print:table-cell">
                  {validation?.interval ? (
                    <span title={validation.interval.method}>{formatInterval(validation.interval)}</span>
                  ) : (
                    <Nothing />
                  )}
                </td>
                <td class="num px-3 py-2 text-end">
                  <Value metric={training} />
                </td>
                <td class="num text-muted-foreground hidden px-4 py-2 text-end whitespace-nowrap sm:table-cell print:table-cell">
                  {describeRows(validation, training)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

const describeRows = (...sets: (Metric | undefined)[]): string =>
  sets.map((metric) => (metric ? formatCount(metric.n) : '–')).join(' · ');

const Nothing = () => (
  <>
    <span aria-hidden="true">–</span>
    <span class="sr-only">none</span>
  </>
);

/** An undefined number says why instead of being one. */
function Value({ metric }: { metric: Metric | undefined }) {
  if (!metric) return <Nothing />;
  if (metric.value === null)
    return <span class="text-muted-foreground text-xs font-normal">undefined: {metric.undefined}</span>;
  return <span title={metric.method}>{formatStatistic(metric.value)}</span>;
}
