import type { Chart } from '../../../domain/evidence.ts';
import { describeMetric } from '../../words/metrics.ts';
import { formatCount, formatShare } from '../../words/numbers.ts';
import { Card } from '../parts.tsx';
import { CalibrationChart } from './calibration-chart.tsx';
import { ConfusionChart } from './confusion-chart.tsx';
import { DataTable } from './data-table.tsx';
import { RateBars } from './rate-bars.tsx';
import { RocChart } from './roc-chart.tsx';

const order: Record<Chart['kind'], number> = { roc: 0, confusion: 1, calibration: 2, group_rates: 3 };

/** Every picture of the evidence, each with its numbers. */
export function ChartCards({ charts }: { charts: readonly Chart[] }) {
  if (charts.length === 0) return <></>;
  return (
    <div class="grid gap-4 md:grid-cols-2 print:grid-cols-2">
      {charts
        .toSorted((a, b) => order[a.kind] - order[b.kind])
        .map((chart) => (
          <Card
            title={chart.title}
            aside={`${chart.dataset} data`}
            id={`chart-${chart.id.replaceAll(/[^A-Za-z0-9_-]+/g, '-')}`}
          >
            <ChartPicture chart={chart} />
          </Card>
        ))}
    </div>
  );
}

function ChartPicture({ chart }: { chart: Chart }) {
  switch (chart.kind) {
    case 'roc':
      return <RocChart chart={chart} />;
    case 'confusion':
      return <ConfusionChart chart={chart} />;
    case 'calibration':
      return <CalibrationChart chart={chart} />;
    case 'group_rates':
      return (
        <>
          <p class="text-muted-foreground pb-3 text-[0.8125rem]">
            {describeMetric(chart.rate)} in each group, with its 95 % interval.
          </p>
          <RateBars chart={chart} />
          <DataTable
            caption={`${chart.title}, ${chart.dataset} data`}
            columns={[chart.column, 'Rows', describeMetric(chart.rate), '95 % interval']}
            rows={chart.groups.map((group) => [
              group.value,
              formatCount(group.n),
              formatShare(group.rate),
              `${formatShare(group.low)} to ${formatShare(group.high)}`,
            ])}
          />
        </>
      );
  }
}
