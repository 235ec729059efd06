// One chart as a picture, for channels that show no SVG. Colours are fixed: a picture knows no dark mode, so it brings its own paper.
import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { Chart } from '../domain/evidence.ts';

export interface DrawnChart {
  title: string;
  /** What the picture shows, in words. */
  alt: string;
  svg: string;
}

type Drawable = Extract<Chart, { kind: 'roc' | 'group_rates' }>;

const require = createRequire(import.meta.url);
const fontFiles = ['400Regular/Inter_400Regular.ttf', '600SemiBold/Inter_600SemiBold.ttf'].map((file) =>
  require.resolve(`@expo-google-fonts/inter/${file}`),
);
const WIDTH = 480;
const ink = '#18181b';
const quiet = '#71717a';
const hairline = '#e4e4e7';
const strokes = ['#18181b', '#a1a1aa'];

const escape = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
const text = (x: number, y: number, content: string, attributes = '', fill = ink) =>
  `<text x="${x}" y="${y}" font-size="12" fill="${fill}" ${attributes}>${escape(content)}</text>`;
const percent = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const cut = (label: string, most: number) =>
  label.length > most ? `${[...label].slice(0, most - 1).join('')}…` : label;

const sheet = (height: number, body: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="Inter"><rect width="100%" height="100%" fill="#ffffff"/>${body}</svg>`;

export const isDrawable = (chart: Chart): chart is Drawable => chart.kind === 'roc' || chart.kind === 'group_rates';

export function drawChart(chart: Drawable): DrawnChart {
  return chart.kind === 'roc' ? drawRoc(chart) : drawGroupRates(chart);
}

function drawRoc({ title, series }: Extract<Drawable, { kind: 'roc' }>): DrawnChart {
  const x = scaleLinear([0, 1], [52, 300]);
  const y = scaleLinear([0, 1], [288, 40]);
  const path = line<{ x: number; y: number }>()
    .x((point) => x(point.x))
    .y((point) => y(point.y));
  const ticks = [0, 0.5, 1];
  const names = series.map(({ label, area }) => `${label}${area === null ? '' : ` · area ${area.toFixed(3)}`}`);
  const body = [
    text(16, 22, title, 'font-weight="600"'),
    ...ticks.map((at) => `<path d="M${x(at)} ${y(0)}V${y(1)}M${x(0)} ${y(at)}H${x(1)}" stroke="${hairline}"/>`),
    ...ticks.map((at) => text(x(at), y(0) + 18, String(at), 'text-anchor="middle"', quiet)),
    ...ticks.map((at) => text(x(0) - 8, y(at) + 4, String(at), 'text-anchor="end"', quiet)),
    `<path d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}" stroke="${quiet}" stroke-dasharray="3 4"/>`,
    ...series.map(
      ({ points }, index) =>
        `<path d="${path(points) ?? ''}" fill="none" stroke="${strokes[index] ?? quiet}" stroke-width="2"/>`,
    ),
    ...series.map(({ label, area }, index) => {
      const top = 70 + index * 56;
      const stroke = `<path d="M316 ${top}h20" stroke="${strokes[index] ?? quiet}" stroke-width="2"/>`;
      const below = area === null ? '' : text(316, top + 34, `area ${area.toFixed(3)}`, '', quiet);
      return stroke + text(316, top + 18, cut(label, 24)) + below;
    }),
    text(x(0.5), y(0) + 36, 'False positive rate', 'text-anchor="middle"', quiet),
  ].join('');
  return { title, alt: `${title}: ${names.join('; ')}`, svg: sheet(332, body) };
}

const MOST_GROUPS = 8;

function drawGroupRates({ title, rate, groups }: Extract<Drawable, { kind: 'group_rates' }>): DrawnChart {
  const shown = groups.slice(0, MOST_GROUPS);
  const x = scaleLinear([0, Math.max(0.01, ...shown.map((group) => group.high))], [150, 380]);
  const rows = shown.map((group, index) => {
    const y = 56 + index * 30;
    return [
      text(16, y + 4, cut(`${group.value} · ${group.n.toLocaleString('en')}`, 20)),
      `<rect x="${x(0)}" y="${y - 7}" width="${Math.max(1, x(group.rate) - x(0))}" height="14" rx="3" fill="${ink}"/>`,
      `<path d="M${x(group.low)} ${y}H${x(group.high)}" stroke="${quiet}" stroke-width="2"/>`,
      text(x(group.high) + 8, y + 4, percent(group.rate)),
    ].join('');
  });
  const words = shown.map((group) => `${group.value} ${percent(group.rate)} of ${group.n}`);
  const height = 56 + shown.length * 30 + 8;
  const body = [text(16, 22, title, 'font-weight="600"'), text(16, 38, rate.replaceAll('_', ' '), '', quiet), ...rows]; // prettier-ignore
  return { title, alt: `${title}: ${words.join('; ')}`, svg: sheet(height, body.join('')) };
}

/** At twice its size, so that it is sharp on any screen. */
export const pngOf = (svg: string): Buffer =>
  new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Inter' },
  })
    .render()
    .asPng();
