/** The middle of some numbers; the mean of the middle two where their count is even. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (at(sorted, Math.ceil(half) - 1) + at(sorted, Math.floor(half))) / 2;
};

/** The smallest of some numbers that is not exceeded by `share` (0 to 1) of them: the nearest rank. */
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
 * How one variant stands to another: the median of the ratios of each round. What slows a machine down for a round slows
 * both of them, so this is steadier than the ratio of the medians.
 */
export const ratioOf = (subject: readonly number[], baseline: readonly number[]): number => {
  if (subject.length !== baseline.length) throw new Error("there were not the same rounds of both");
  return median(subject.map((value, round) => value / at(baseline, round)));
};

/**
 * Runs every variant once to warm it up and then once a round, the first one last in the next round, so that none always
 * comes after the same other. Gives what each variant came to in each round.
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
