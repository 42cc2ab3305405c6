/** How often each fault occurs: `short` in CI, `full` with FAULTS=full in the environment. */
const TABLE = {
  /** Times that the server is killed with -9 under load. */
  kills: { short: 3, full: 20 },
  /** Requests of each of its sixteen clients. */
  requestsPerClient: { short: 15, full: 320 },
  /** Outages of D1 of ten minutes each. */
  outages: { short: 2, full: 30 },
  /** Seconds between two heartbeats in an outage. */
  secondsBetweenUpdates: { short: 30, full: 5 },
  /** Failures of the alarm in a row. */
  failedAlarms: { short: 20, full: 20 },
  /** Teams whose every alarm is lost, so that only cron wakes them. */
  strandedTeams: { short: 4, full: 40 },
  /** Random histories with wrong clocks. */
  skewedStories: { short: 4, full: 200 },
  /** Losses of memory before each step. With 1, evictions and failures alternate. With 2, each step has both. */
  lossesAtEachStep: { short: 1, full: 2 },
  /** Random days in which the object loses its memory before some steps. */
  brokenJourneys: { short: 2, full: 100 },
  /** Rounds of fifty concurrent first requests. */
  firstTouches: { short: 1, full: 20 },
  /** Random lists of heartbeats and events that are sent twice and out of order. */
  resentStreams: { short: 2, full: 100 },
} as const;

const form = process.env.FAULTS === "full" ? "full" : "short";

/** Returns the number for the current form. */
export const scale = (what: keyof typeof TABLE): number => TABLE[what][form];

/** The time limit of a test, in milliseconds. The full form is run by hand, on any machine. */
export const TIMEOUT_MS = form === "full" ? 1_800_000 : 120_000;
