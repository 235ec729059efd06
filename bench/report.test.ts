import { describe, expect, it } from 'vitest';
import { isReached, lineOf, tableOf, type BenchResult } from './report.ts';

const spread = (median: number) => ({ median, min: median, max: median });
const standing = (rate: number, p99: number) => ({
  rate: spread(rate),
  p50: spread(1),
  p99: spread(p99),
  worst: p99,
  cpu: { server: 100 },
  foreign: spread(0.1),
  rounds: [],
});

const result = (change: Partial<BenchResult> = {}): BenchResult => ({
  bench: 'webhook',
  unit: 'webhooks/s',
  ours: 3_200,
  peers: { bare: 1_600 },
  limit: 9_000,
  machine: {
    cores: 2,
    processor: 'some processor',
    memoryGiB: 24,
    node: 'v24',
    postgres: 'PostgreSQL 18',
    loadAverage: 0.5,
    at: '2026-11-21T10:00:00Z',
  },
  target: { rate: 3_000, p99: 15 },
  standings: { ours: standing(3_200, 12), bare: standing(1_600, 20) },
  audit: { sent: 10, deliveries: 10 },
  notes: [],
  ...change,
});

describe('a benchmark tells programs', () => {
  it('in one line of JSON what was measured, against whom, on which machine', () => {
    const line = lineOf(result());
    expect(line).not.toContain('\n');
    expect(Object.keys(JSON.parse(line) as object)).toEqual(['bench', 'unit', 'ours', 'peers', 'limit', 'machine']);
    expect(JSON.parse(line)).toMatchObject({
      ours: 3_200,
      peers: { bare: 1_600 },
      limit: 9_000,
      machine: { cores: 2 },
    });
  });
});

describe('a benchmark tells people', () => {
  it('that a target is reached only when rate and latency are', () => {
    expect(isReached(result())).toBe(true);
    expect(isReached(result({ ours: 2_999 }))).toBe(false);
    expect(isReached(result({ standings: { ours: standing(3_200, 15.1) } }))).toBe(false);
  });

  it('how many times as fast ours is as each of the others', () => {
    expect(tableOf(result())).toMatch(/bare\s+1600 \(1600–1600\)\s+2\.00 ×/);
  });
});
