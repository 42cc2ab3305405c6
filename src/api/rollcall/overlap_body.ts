import { formatInstant } from "../../lib/instant.ts";
import { hours } from "../../presence/blocks/work.ts";
import type { PairOverlap, SharedInterval } from "../../presence/insights/overlap.ts";
import type { PairRanking } from "../../presence/insights/service.ts";

/** Shows an interval in which people worked together. */
export const sharedIntervalBody = ({ start, end, people }: SharedInterval) => ({
  started_at: formatInstant(start),
  ended_at: formatInstant(end),
  person_ids: people,
});

/** Shows how long two people worked at the same time. */
const pairBody = ({ people, ms }: PairOverlap) => ({ person_ids: people, hours: hours(ms) });

/** Shows the longest pairs, and whether pairs are left out. */
export const rankingBody = ({ pairs, isComplete }: PairRanking) => ({
  pairs: pairs.map(pairBody),
  ...(!isComplete && { pairs_left_out: true }),
});
