/**
 * The rows that some work read and wrote, as Cloudflare bills them. `objectWritten` also counts alarms set or removed.
 */
export type Usage = {
  d1Queries: number;
  d1Read: number;
  d1Written: number;
  objectRead: number;
  objectWritten: number;
  /** Calls of the object and alarms that rang. */
  objectRequests: number;
};

/** The smallest or the largest value that a row may have. */
export type Bound = { atLeast: number } | { atMost: number };

/** One line of the table: a measurement, a comparison value of the same run, and a bound. */
export type Row = {
  what: string;
  measured: string;
  against: string;
  /** The value that the bound limits. */
  value: number;
  unit: "x" | "rows" | "KiB" | "ms" | "s" | "queries";
  /** Null if the row has no bound. */
  bound: Bound | null;
  /** The usage of one such operation; null if it has none, such as the size of a bundle. */
  usage: Usage | null;
};

/** Whether the value of a row is within its bound. */
export const isMet = ({ value, bound }: Row): boolean => {
  if (bound === null) return true;
  return "atLeast" in bound ? value >= bound.atLeast : value <= bound.atMost;
};

export const noUsage = (): Usage => ({
  ...{ d1Queries: 0, d1Read: 0, d1Written: 0 },
  ...{ objectRead: 0, objectWritten: 0, objectRequests: 0 },
});

/** Sums usages. A pair of a factor and a usage counts that many times. */
export const addUsage = (...parts: (Usage | [number, Usage])[]): Usage => {
  const total = noUsage();
  for (const part of parts) {
    const [times, usage] = Array.isArray(part) ? part : [1, part];
    for (const key of Object.keys(total) as (keyof Usage)[]) total[key] += times * usage[key];
  }
  return total;
};
