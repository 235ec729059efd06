import { describe, expect, it } from 'vitest';
import { drawChart, pngOf } from './draw-chart.ts';

const roc = {
  id: 'roc', kind: 'roc', title: 'Ranking <on> "validation"', dataset: 'validation',
  series: [{ label: 'version 2', area: 0.8, points: [{ x: 0, y: 0 }, { x: 0.2, y: 0.7 }, { x: 1, y: 1 }] }],
} as const; // prettier-ignore
const groups = {
  id: 'g', kind: 'group_rates', title: 'Selection rate by afam', dataset: 'validation', column: 'afam', rate: 'selection_rate',
  groups: [{ value: '0', n: 1200, rate: 0.12, low: 0.1, high: 0.14 }, { value: '1', n: 150, rate: 0.31, low: 0.24, high: 0.39 }], excluded: [],
} as const; // prettier-ignore
const sizeOf = (png: Buffer) => ({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) });

describe('a chart as a picture', () => {
  it('is a PNG at twice its size, with its text drawn', () => {
    const { svg } = drawChart({ ...groups, groups: [...groups.groups], excluded: [] });
    const withText = pngOf(svg);
    expect(withText.subarray(1, 4).toString()).toBe('PNG');
    expect(sizeOf(withText)).toEqual({ width: 960, height: 248 });
    const withoutText = pngOf(svg.replaceAll(/<text.*?<\/text>/g, ''));
    expect(withText.length).toBeGreaterThan(withoutText.length * 1.5);
  });

  it('says in words what it shows', () => {
    expect(drawChart({ ...roc, series: [{ ...roc.series[0], points: [...roc.series[0].points] }] }).alt).toContain(
      'version 2 · area 0.800',
    );
    expect(drawChart({ ...groups, groups: [...groups.groups], excluded: [] }).alt).toContain('1 31 % of 150');
  });

  it('escapes what people have named', () => {
    expect(drawChart({ ...roc, series: [{ ...roc.series[0], points: [...roc.series[0].points] }] }).svg).toContain(
      'Ranking &lt;on&gt; &quot;validation&quot;',
    );
  });
});
