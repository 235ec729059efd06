import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { Chart } from '../../../domain/evidence.ts';
import { formatStatistic } from '../../words/numbers.ts';
import { DataTable } from './data-table.tsx';
import { Plot, plotRange } from './plot.tsx';

type Roc = Extract<Chart, { kind: 'roc' }>;
const strokes = ['var(--chart-1)', 'var(--chart-2)'];

/** True against false positive rate; the candidate strong, what it is compared with quiet. */
export function RocChart({ chart }: { chart: Roc }) {
  const x = scaleLinear([0, 1], plotRange.x);
  const y = scaleLinear([0, 1], plotRange.y);
  const path = line<{ x: number; y: number }>(
    (point) => x(point.x),
    (point) => y(point.y),
  );
  const named = chart.series.map(
    (series) => `${series.label}${series.area === null ? '' : ` with an area of ${formatStatistic(series.area)}`}`,
  );
  return (
    <>
      <Plot
        x={x}
        y={y}
        xLabel="False positive rate"
        yLabel="True positive rate"
        description={`ROC curves on ${chart.dataset} data: ${named.join('; ')}.`}
      >
        {chart.series
          .map((series, index) => (
            <path
              d={path(series.points) ?? ''}
              fill="none"
              stroke={strokes[Math.min(index, 1)]}
              stroke-width={index === 0 ? 2.5 : 1.5}
              stroke-linejoin="round"
              {...(index > 1 ? { 'stroke-dasharray': '4 3' } : {})}
            />
          ))
          .reverse()}
        {chart.series.slice(0, 4).map((series, index) => {
          const row = y(0) - 14 - (Math.min(chart.series.length, 4) - 1 - index) * 19;
          return (
            <g>
              <line
                x1={x(0.36)}
                x2={x(0.36) + 18}
                y1={row}
                y2={row}
                stroke={strokes[Math.min(index, 1)]}
                stroke-width={index === 0 ? 2.5 : 1.5}
              />
              <text
                x={x(0.36) + 25}
                y={row}
                dy="0.34em"
                font-size="12"
                fill="var(--foreground)"
                font-weight={index === 0 ? 600 : 400}
              >
                {shorten(series.label)}
                {series.area !== null && (
                  <tspan
                    fill="var(--muted-foreground)"
                    font-weight="400"
                  >{` · AUC ${formatStatistic(series.area)}`}</tspan>
                )}
              </text>
            </g>
          );
        })}
      </Plot>
      <DataTable
        caption={`${chart.title}, ${chart.dataset} data`}
        columns={['Curve', 'False positive rate', 'True positive rate']}
        rows={chart.series.flatMap((series) =>
          series.points.map((point) => [series.label, formatStatistic(point.x), formatStatistic(point.y)]),
        )}
      />
    </>
  );
}

const shorten = (label: string) => (label.length > 22 ? `${label.slice(0, 21)}…` : label);
