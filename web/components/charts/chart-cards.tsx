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

/** Every picture of the evidence, each with its numbers; the rates of groups share a card. */
export function ChartCards({ charts }: { charts: readonly Chart[] }) {
  const pictures = charts
    .filter((chart) => chart.kind !== 'group_rates')
    .toSorted((a, b) => order[a.kind] - order[b.kind]);
  const rates = charts.filter((chart) => chart.kind === 'group_rates');
  if (charts.length === 0) return <></>;
  return (
    <div class="grid gap-4 md:grid-cols-2 print:grid-cols-2">
      {pictures.map((chart) => (
        <Card title={chart.title} aside={describeData(chart)} id={idOf(chart)}>
          <ChartPicture chart={chart} />
        </Card>
      ))}
      {rates.length > 0 && (
        <Card
          title="Rates by group"
          aside="with 95 % intervals"
          class={pictures.length % 2 === 0 ? 'md:col-span-2' : ''}
        >
          <div class="space-y-5">
            {rates.map((chart) => (
              <GroupRates chart={chart} />
            ))}
          </div>
          <DataTable
            caption="Rates by group"
            columns={['Rate', 'Group', 'Rows', 'Value', '95 % interval']}
            rows={rates.flatMap((chart) =>
              chart.groups.map((group) => [
                describeMetric(chart.rate),
                `${chart.column}: ${group.value}`,
                formatCount(group.n),
                formatShare(group.rate),
                `${formatShare(group.low)} to ${formatShare(group.high)}`,
              ]),
            )}
          />
        </Card>
      )}
    </div>
  );
}

const idOf = (chart: Chart) => `chart-${chart.id.replaceAll(/[^A-Za-z0-9_-]+/g, '-')}`;

const describeData = (chart: Chart): string =>
  chart.kind === 'confusion' ? `${chart.dataset} data, positive from ${chart.threshold}` : `${chart.dataset} data`;

/** A chart by itself, whatever its kind. */
export const OneChart = ({ chart }: { chart: Chart }) =>
  chart.kind === 'group_rates' ? <RateBars chart={chart} /> : <ChartPicture chart={chart} />;

function ChartPicture({ chart }: { chart: Exclude<Chart, { kind: 'group_rates' }> }) {
  switch (chart.kind) {
    case 'roc':
      return <RocChart chart={chart} />;
    case 'confusion':
      return <ConfusionChart chart={chart} />;
    case 'calibration':
      return <CalibrationChart chart={chart} />;
  }
}

function GroupRates({ chart }: { chart: Extract<Chart, { kind: 'group_rates' }> }) {
  return (
    <section id={idOf(chart)}>
      <h3 class="pb-2 font-medium">
        {describeMetric(chart.rate)} <span class="text-muted-foreground font-normal">by {chart.column}</span>
      </h3>
      <RateBars chart={chart} />
    </section>
  );
}
