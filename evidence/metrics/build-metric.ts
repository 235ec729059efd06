import type { Dataset, Metric, MetricName, Segment } from '../../domain/metric.ts';
import { methods } from '../methods.ts';

export interface MetricDraft {
  n: number;
  value: number | null;
  /** Why there is no value, or why it stands for 0/0. */
  undefined?: string | null;
  interval?: Metric['interval'];
  parameters?: Metric['parameters'];
}

/** Puts a computed value under its name and method. Throws on NaN and infinity: a result without a value has a reason instead. */
export function buildMetric(name: MetricName, dataset: Dataset, segment: Segment | null, draft: MetricDraft): Metric {
  const reason = draft.undefined ?? null;
  if (draft.value !== null && !Number.isFinite(draft.value))
    throw new RangeError(`${name} of ${dataset} came out as ${draft.value}`);
  if (draft.value === null && reason === null)
    throw new RangeError(`${name} of ${dataset} has neither a value nor a reason`);
  return {
    name,
    dataset,
    segment,
    // -0 and 0 are one number, and canonical JSON writes only one of them.
    value: draft.value === null ? null : draft.value + 0,
    undefined: reason,
    n: draft.n,
    interval: draft.interval ?? null,
    method: methods[name],
    parameters: draft.parameters ?? {},
  };
}
