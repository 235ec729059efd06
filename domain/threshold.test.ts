import { describe, expect, it } from 'vitest';
import { meetsThreshold, metricThresholdSchema } from './threshold.ts';

describe('meetsThreshold', () => {
  it('takes the limit itself as met, on both sides', () => {
    expect(meetsThreshold({ threshold: 0.6, greater_is_better: true }, 0.6, null).passed).toBe(true);
    expect(meetsThreshold({ threshold: 0.6, greater_is_better: true }, 0.599, null).broken).toEqual(['≥ 0.6']);
    expect(meetsThreshold({ threshold: 0.1, greater_is_better: false }, 0.1, null).passed).toBe(true);
    expect(meetsThreshold({ threshold: 0.1, greater_is_better: false }, 0.2, null).passed).toBe(false);
  });

  it('wants the change over the baseline, absolute and relative, in the direction that is better', () => {
    expect(meetsThreshold({ min_absolute_change: 0.25, greater_is_better: true }, 0.75, 0.5).passed).toBe(true);
    expect(meetsThreshold({ min_absolute_change: 0.25, greater_is_better: true }, 0.7, 0.5).passed).toBe(false);
    expect(meetsThreshold({ min_relative_change: 0.5, greater_is_better: false }, 0.25, 0.5).passed).toBe(true);
    expect(meetsThreshold({ min_relative_change: 0.5, greater_is_better: false }, 0.3, 0.5).passed).toBe(false);
  });

  it('fails closed when a change is asked for and there is no baseline', () => {
    expect(meetsThreshold({ min_absolute_change: 0.01, greater_is_better: true }, 0.99, null).passed).toBe(false);
  });

  it('is no rule at all without a rule', () => {
    expect(metricThresholdSchema.safeParse({ greater_is_better: true }).success).toBe(false);
  });
});
