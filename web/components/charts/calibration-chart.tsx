import { scaleLinear } from 'd3-scale';
import type { Chart } from '../../../domain/evidence.ts';
import { formatCount, formatShare, formatStatistic } from '../../words/numbers.ts';
import { DataTable } from './data-table.tsx';
import { Plot, plotRange } from './plot.tsx';

type Calibration = Extract<Chart, { kind: 'calibration' }>;

/** Observed rate against mean score, bin by bin, with the interval of the rate; larger dots hold more rows. */
export function CalibrationChart({ chart }: { chart: Calibration }) {
  const x = scaleLinear([0, 1], plotRange.x);
  const y = scaleLinear([0, 1], plotRange.y);
  const most = Math.max(...chart.bins.map((bin) => bin.n), 1);
  return (
    <>
      <Plot
        x={x}
        y={y}
        xLabel="Mean score"
        yLabel="Observed rate"
        description={`Calibration on ${chart.dataset} data in ${chart.bins.length} bins. On the dashed line the score says what happens.`}
      >
        {chart.bins.map((bin) => (
          <g>
            <line
              x1={x(bin.meanScore)}
              x2={x(bin.meanScore)}
              y1={y(bin.low)}
              y2={y(bin.high)}
              stroke="var(--chart-2)"
              stroke-width="1.25"
            />
            <line
              x1={x(bin.meanScore) - 3}
              x2={x(bin.meanScore) + 3}
              y1={y(bin.low)}
              y2={y(bin.low)}
              stroke="var(--chart-2)"
              stroke-width="1.25"
            />
            <line
              x1={x(bin.meanScore) - 3}
              x2={x(bin.meanScore) + 3}
              y1={y(bin.high)}
              y2={y(bin.high)}
              stroke="var(--chart-2)"
              stroke-width="1.25"
            />
            <circle
              cx={x(bin.meanScore)}
              cy={y(bin.observed)}
              r={3 + 4.5 * Math.sqrt(bin.n / most)}
              fill="var(--chart-1)"
              stroke="var(--card)"
              stroke-width="1.5"
            />
          </g>
        ))}
      </Plot>
      <DataTable
        caption={`${chart.title}, ${chart.dataset} data`}
        columns={['Scores', 'Rows', 'Mean score', 'Observed', '95 % interval']}
        rows={chart.bins.map((bin) => [
          `${bin.from.toFixed(1)} to ${bin.to.toFixed(1)}`,
          formatCount(bin.n),
          formatStatistic(bin.meanScore),
          formatShare(bin.observed),
          `${formatShare(bin.low)} to ${formatShare(bin.high)}`,
        ])}
      />
    </>
  );
}
