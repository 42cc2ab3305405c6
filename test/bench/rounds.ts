/** Returns the median: the middle number, or the mean of the middle two. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (at(sorted, Math.ceil(half) - 1) + at(sorted, Math.floor(half))) / 2;
};

/** Returns the percentile at `share` (0 to 1) by the nearest-rank method. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return at(sorted, Math.max(Math.ceil(share * sorted.length), 1) - 1);
};

const at = (sorted: readonly number[], index: number): number => {
  const value = sorted[index];
  if (value === undefined) throw new Error("there are no numbers to look at");
  return value;
};

/**
 * Compares two variants: returns the median of the ratios of each round. A slow round slows both variants, so this varies
 * less than the ratio of the medians.
 */
export const ratioOf = (subject: readonly number[], baseline: readonly number[]): number => {
  if (subject.length !== baseline.length) throw new Error("there were not the same rounds of both");
  return median(subject.map((value, round) => value / at(baseline, round)));
};

/**
 * Runs every variant once to warm up, and then once a round. The first variant of a round is the last of the next one, so
 * that the order changes. Returns the results of each variant, one for each round.
 */
export async function interleave<K extends string, T = number>(
  rounds: number,
  variants: Record<K, () => Promise<T>>,
): Promise<Record<K, T[]>> {
  const names = Object.keys(variants) as K[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, T[]>;
  for (const name of names) await variants[name]();
  for (let round = 0; round < rounds; round++) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) results[name].push(await variants[name]());
  }
  return results;
}
