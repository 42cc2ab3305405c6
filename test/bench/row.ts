/** What some work read and wrote, as Cloudflare bills it. `objectWritten` counts alarms that were set or removed too. */
export type Usage = {
  d1Queries: number;
  d1Read: number;
  d1Written: number;
  objectRead: number;
  objectWritten: number;
  /** Calls of the object and alarms that rang. */
  objectRequests: number;
};

/** What a row's number has to be: at least, or at most. */
export type Bound = { atLeast: number } | { atMost: number };

/** One line of the table: something measured, what it stands against in the same run, and what it has to be. */
export type Row = {
  what: string;
  measured: string;
  against: string;
  /** What the bound is on. */
  value: number;
  unit: "x" | "rows" | "KiB" | "ms" | "s" | "queries";
  /** Null where the row only informs. */
  bound: Bound | null;
  /** Of one such operation; null where there is none, as of a bundle. */
  usage: Usage | null;
};

/** Whether a row is as it has to be. */
export const isMet = ({ value, bound }: Row): boolean => {
  if (bound === null) return true;
  return "atLeast" in bound ? value >= bound.atLeast : value <= bound.atMost;
};

export const noUsage = (): Usage => ({
  ...{ d1Queries: 0, d1Read: 0, d1Written: 0 },
  ...{ objectRead: 0, objectWritten: 0, objectRequests: 0 },
});

/** What some work came to together; with factors, each so many times. */
export const addUsage = (...parts: (Usage | [number, Usage])[]): Usage => {
  const total = noUsage();
  for (const part of parts) {
    const [times, usage] = Array.isArray(part) ? part : [1, part];
    for (const key of Object.keys(total) as (keyof Usage)[]) total[key] += times * usage[key];
  }
  return total;
};
