import type { ScaleLinear } from 'd3-scale';
import type { PropsWithChildren } from 'hono/jsx';

export const plotSize = { width: 380, height: 300, left: 40, right: 12, top: 10, bottom: 40 } as const;
export const plotRange = {
  x: [plotSize.left, plotSize.width - plotSize.right] as [number, number],
  y: [plotSize.height - plotSize.bottom, plotSize.top] as [number, number],
};

interface PlotProps {
  x: ScaleLinear<number, number>;
  y: ScaleLinear<number, number>;
  xLabel: string;
  yLabel: string;
  /** What the picture shows, in a sentence; the table beside it holds the numbers. */
  description: string;
}

/** Axes, grid and names for a picture of two shares. */
export function Plot({ x, y, xLabel, yLabel, description, children }: PropsWithChildren<PlotProps>) {
  const { width, height, left, right, bottom } = plotSize;
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return (
    <svg viewBox={`0 0 ${width} ${height}`} class="h-auto w-full" role="img" aria-label={description}>
      {ticks.map((tick) => (
        <>
          <line x1={left} x2={width - right} y1={y(tick)} y2={y(tick)} stroke="var(--grid)" stroke-width="1" />
          <text x={left - 8} y={y(tick)} dy="0.32em" text-anchor="end" font-size="11" fill="var(--muted-foreground)">
            {tick}
          </text>
          <text
            x={x(tick)}
            y={height - bottom + 16}
            text-anchor={tick === 1 ? 'end' : 'middle'}
            font-size="11"
            fill="var(--muted-foreground)"
          >
            {tick}
          </text>
        </>
      ))}
      <line
        x1={x(0)}
        y1={y(0)}
        x2={x(1)}
        y2={y(1)}
        stroke="var(--muted-foreground)"
        stroke-width="1"
        stroke-dasharray="3 4"
        opacity="0.7"
      />
      {children}
      <text
        x={(left + width - right) / 2}
        y={height - 6}
        text-anchor="middle"
        font-size="11"
        fill="var(--muted-foreground)"
      >
        {xLabel}
      </text>
      <text
        transform={`translate(10 ${(plotSize.top + height - bottom) / 2}) rotate(-90)`}
        text-anchor="middle"
        font-size="11"
        fill="var(--muted-foreground)"
      >
        {yLabel}
      </text>
    </svg>
  );
}
