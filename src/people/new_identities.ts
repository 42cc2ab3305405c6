import { formatInstant } from "../lib/instant.ts";

/** Returns the UTC date on which new identities are counted. `now`: UTC milliseconds. */
export const countedDay = (now: number): string => formatInstant(now).slice(0, 10);

/** Says why a new identity is refused to a key that may create only `limit` of them on one UTC day. */
export const newIdentityRefusal = (limit: number): string =>
  `is new, and this key has created as many new identities today (UTC) as new_identities_per_day of the team allows: ${limit}`;
