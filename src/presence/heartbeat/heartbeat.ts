import { DAY_MS, MINUTE_MS } from "../../lib/duration.ts";

/** One user of a heartbeat. Null is what the tool does not say, and changes nothing. */
export type HeartbeatUser = {
  identifier: string;
  name: string | null;
  email: string | null;
  timeZone: string | null;
  status: string;
  /** JSON text. */
  details: string | null;
};

/** The users of a heartbeat, one list per field: an RPC copies the name of every field, so once is cheaper than per user. */
export type HeartbeatUsers = { [Field in keyof HeartbeatUser]: HeartbeatUser[Field][] };

/** What an integration reports at once: the users that one of its sources saw at one time (UTC milliseconds). */
export type ReportedHeartbeat = { timestamp: number; source: string; users: HeartbeatUsers };

/** An accepted heartbeat, as it is sent to the team's object. `at` is UTC milliseconds, `timeoutMs` the integration's timeout. */
export type Heartbeat = {
  accountId: string;
  teamId: string;
  /** The account's directory version when the request was authenticated. */
  directoryVersion: number;
  integrationId: string;
  timeoutMs: number;
  /** How many identities the integration may create on one UTC day. */
  newIdentitiesPerDay: number;
  source: string;
  at: number;
  users: HeartbeatUsers;
};

/**
 * What became of a heartbeat. `refused`: the positions of the users who are not recorded: they are new, and beyond the
 * integration's limit of the day. `hasTooManySources`: another source of the integration was removed to make room.
 */
export type HeartbeatOutcome = { refused: number[]; hasTooManySources: boolean };

/** How far ahead of the server's clock a timestamp may be, in milliseconds. */
export const MAX_AHEAD_MS = 5 * MINUTE_MS;

/** The age, in milliseconds, up to which a heartbeat changes presence. */
const MAX_AGE_MS = DAY_MS;

/** The most sources of one integration that a team's object keeps. */
export const MAX_SOURCES = 200;

/** Whether a heartbeat is too old to change presence. Times are UTC milliseconds. */
export const isTooOld = (timestamp: number, now: number): boolean => timestamp < now - MAX_AGE_MS;

/** Turns the columns of a heartbeat back into one object per user. */
export const usersOf = (users: HeartbeatUsers): HeartbeatUser[] =>
  users.identifier.map((identifier, index) => ({
    identifier,
    name: users.name[index]!,
    email: users.email[index]!,
    timeZone: users.timeZone[index]!,
    status: users.status[index]!,
    details: users.details[index]!,
  }));

/** Removes the details of all users, for a team that does not store them. */
export const withoutDetails = (users: HeartbeatUsers): HeartbeatUsers => ({
  ...users,
  details: users.details.map(() => null),
});
