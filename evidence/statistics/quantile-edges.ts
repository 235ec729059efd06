/**
 * The edges of `bins` equally full bins of values with counts (values ascending), by linear interpolation between neighbours exactly as
 * NumPy's `percentile` does it, operation for operation: an edge that falls on a value must not miss it by a rounding. Edges repeat where
 * values tie. Empty without values.
 */
export function quantileEdges(values: Float64Array, counts: Float64Array, bins: number): number[] {
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0) return [];
  const valueAt = rankReader(values, counts);
  return Array.from({ length: bins + 1 }, (_, i) => {
    const share = i === bins ? 1 : (i * (1 / bins) * 100) / 100;
    const position = (total - 1) * share;
    const below = Math.floor(position);
    const weight = position - below;
    const low = valueAt(below);
    const high = valueAt(Math.min(below + 1, total - 1));
    return weight >= 0.5 ? high - (high - low) * (1 - weight) : low + (high - low) * weight;
  });
}

/** Reads the value of a rank, 0 being the least. */
function rankReader(values: Float64Array, counts: Float64Array): (rank: number) => number {
  const upTo = new Float64Array(counts.length);
  let sum = 0;
  counts.forEach((count, i) => (upTo[i] = sum += count));
  return (rank) => {
    let low = 0;
    let high = values.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? 0) > rank) high = middle;
      else low = middle + 1;
    }
    return values[low] ?? Number.NaN;
  };
}
