import type { Chart } from '../../../domain/evidence.ts';
import { formatCount, formatShare } from '../../words/numbers.ts';
import { DataTable } from './data-table.tsx';

type Confusion = Extract<Chart, { kind: 'confusion' }>;

/** Counts of what was said against what was so; the darker a cell, the larger its share of what was so. */
export function ConfusionChart({ chart }: { chart: Confusion }) {
  const actual = [
    { name: 'negative', cells: [chart.trueNegatives, chart.falsePositives] },
    { name: 'positive', cells: [chart.falseNegatives, chart.truePositives] },
  ];
  const left = 74;
  const top = 46;
  const width = (380 - left - 8) / 2;
  const height = 106;
  return (
    <>
      <svg
        viewBox="0 0 380 300"
        class="h-auto w-full"
        role="img"
        aria-label={`At a threshold of ${chart.threshold}: ${chart.trueNegatives} true negatives, ${chart.falsePositives} false positives, ${chart.falseNegatives} false negatives, ${chart.truePositives} true positives.`}
      >
        <text x={left + width} y="14" text-anchor="middle" font-size="11" fill="var(--muted-foreground)">
          predicted
        </text>
        {['negative', 'positive'].map((name, column) => (
          <text x={left + width * (column + 0.5)} y="34" text-anchor="middle" font-size="12" fill="var(--foreground)">
            {name}
          </text>
        ))}
        <text
          transform={`translate(10 ${top + height}) rotate(-90)`}
          text-anchor="middle"
          font-size="11"
          fill="var(--muted-foreground)"
        >
          actual
        </text>
        {actual.map(({ name, cells }, row) => {
          const total = cells.reduce((sum, count) => sum + count, 0);
          const y = top + row * (height + 4);
          return (
            <>
              <text
                x={left - 10}
                y={y + height / 2}
                dy="0.32em"
                text-anchor="end"
                font-size="12"
                fill="var(--foreground)"
              >
                {name}
              </text>
              {cells.map((count, column) => {
                const share = total === 0 ? 0 : count / total;
                const x = left + column * (width + 4);
                return (
                  <g>
                    <rect x={x} y={y} width={width} height={height} rx="6" fill="var(--muted)" />
                    <rect
                      x={x}
                      y={y}
                      width={width}
                      height={height}
                      rx="6"
                      fill="var(--chart-3)"
                      fill-opacity={(share * 0.75).toFixed(3)}
                    />
                    {row === column && (
                      <rect
                        x={x + 0.75}
                        y={y + 0.75}
                        width={width - 1.5}
                        height={height - 1.5}
                        rx="5.5"
                        fill="none"
                        stroke="var(--chart-1)"
                        stroke-width="1.5"
                        opacity="0.55"
                      />
                    )}
                    <text
                      x={x + width / 2}
                      y={y + height / 2 - 2}
                      text-anchor="middle"
                      font-size="22"
                      font-weight="600"
                      fill="var(--foreground)"
                    >
                      {formatCount(count)}
                    </text>
                    <text
                      x={x + width / 2}
                      y={y + height / 2 + 18}
                      text-anchor="middle"
                      font-size="11"
                      fill="var(--foreground)"
                    >
                      {formatShare(share)} of {formatCount(total)}
                    </text>
                  </g>
                );
              })}
            </>
          );
        })}
      </svg>
      <DataTable
        caption={`${chart.title}, ${chart.dataset} data`}
        columns={['Actual', 'Predicted negative', 'Predicted positive']}
        rows={actual.map(({ name, cells }) => [name, ...cells.map(formatCount)])}
      />
    </>
  );
}
