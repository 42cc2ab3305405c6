/** A quantity that Cloudflare bills. */
export type Metric =
  | "requests"
  | "cpuMs"
  | "objectRequests"
  | "objectGbS"
  | "objectRead"
  | "objectWritten"
  | "d1Read"
  | "d1Written"
  | "d1Gb";

type Price = {
  metric: Metric;
  name: string;
  /** The amount a month that the base price includes. */
  included: number;
  /** Dollars for each further `per`. */
  dollars: number;
  per: number;
};

/** The base price of the plan, in dollars a month. */
export const PLAN_DOLLARS = 5;

/** The price list of the Workers Paid plan, November 2026. */
export const PRICES: readonly Price[] = [
  { metric: "requests", name: "Worker requests", included: 10e6, dollars: 0.3, per: 1e6 },
  { metric: "cpuMs", name: "Worker CPU, ms", included: 30e6, dollars: 0.02, per: 1e6 },
  { metric: "objectRequests", name: "object requests", included: 1e6, dollars: 0.15, per: 1e6 },
  { metric: "objectGbS", name: "object duration, GB-s", included: 400e3, dollars: 12.5, per: 1e6 },
  { metric: "objectRead", name: "object rows read", included: 25e9, dollars: 0.001, per: 1e6 },
  { metric: "objectWritten", name: "object rows written", included: 50e6, dollars: 1, per: 1e6 },
  { metric: "d1Read", name: "D1 rows read", included: 25e9, dollars: 0.001, per: 1e6 },
  { metric: "d1Written", name: "D1 rows written", included: 50e6, dollars: 1, per: 1e6 },
  { metric: "d1Gb", name: "D1 storage, GB-month", included: 5, dollars: 0.75, per: 1 },
];

/** The daily limits of the free plan. Requests over a limit fail. */
export const FREE_A_DAY: readonly { metric: Metric; name: string; limit: number }[] = [
  { metric: "requests", name: "Worker requests", limit: 100e3 },
  { metric: "objectRequests", name: "object requests", limit: 100e3 },
  { metric: "objectGbS", name: "object duration, GB-s", limit: 13e3 },
  { metric: "objectRead", name: "object rows read", limit: 5e6 },
  { metric: "objectWritten", name: "object rows written", limit: 100e3 },
  { metric: "d1Read", name: "D1 rows read", limit: 5e6 },
  { metric: "d1Written", name: "D1 rows written", limit: 100e3 },
];

/** The maximum size of a D1 database, in GB. */
export const MAX_DATABASE_GB = 10;
