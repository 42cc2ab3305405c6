import { formatInstant } from "../../lib/instant.ts";
import { hours } from "../../presence/blocks/work.ts";
import type { PairOverlap, SharedInterval } from "../../presence/insights/overlap.ts";

/** Shows an interval in which people worked together. */
export const sharedIntervalBody = ({ start, end, people }: SharedInterval) => ({
  started_at: formatInstant(start),
  ended_at: formatInstant(end),
  person_ids: people,
});

/** Shows how long two people worked at the same time. */
export const pairBody = ({ people, ms }: PairOverlap) => ({ person_ids: people, hours: hours(ms) });
