/** How often each fault strikes: `short` in CI, `full` where the environment says FAULTS=full. */
const TABLE = {
  /** kill -9 of a server under load. */
  kills: { short: 3, full: 20 },
  /** Requests each of its sixteen clients has to get acknowledged. */
  requestsPerClient: { short: 15, full: 320 },
  /** Outages of D1 of ten minutes each. */
  outages: { short: 2, full: 30 },
  /** Seconds from one update to the next meanwhile. */
  secondsBetweenUpdates: { short: 30, full: 5 },
  /** Failures of the alarm in a row. */
  failedAlarms: { short: 20, full: 20 },
  /** Teams that cron alone has to see to, all of whose alarms are lost. */
  strandedTeams: { short: 4, full: 40 },
  /** Stories of clocks that are off. */
  skewedStories: { short: 4, full: 200 },
  /** Ways in which the object vanishes at each step of a journey: one by turns, or both. */
  lossesAtEachStep: { short: 1, full: 2 },
  /** Journeys, each with an object that vanishes at some of its steps. */
  brokenJourneys: { short: 2, full: 100 },
  /** Times that everybody comes first at once. */
  firstTouches: { short: 1, full: 20 },
  /** Streams of updates and events, each sent twice and out of order. */
  resentStreams: { short: 2, full: 100 },
} as const;

const form = process.env.FAULTS === "full" ? "full" : "short";

/** How much of something there is in the form that runs. */
export const scale = (what: keyof typeof TABLE): number => TABLE[what][form];

/** How long a test may take, in milliseconds: the long form is run by hand, on machines that may be slow. */
export const TIMEOUT_MS = form === "full" ? 1_800_000 : 120_000;
