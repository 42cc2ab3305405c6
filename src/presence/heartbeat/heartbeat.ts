import { isEmail } from "../../lib/text.ts";
import { isTimeZone } from "../../lib/time_zone.ts";

/** StatsAware "Presence API", request, once validated; `timestamp` is UTC milliseconds. */
export type PresenceUpdate = {
  timestamp: number;
  source: string;
  users: {
    personIdentifier: string;
    name?: string | null | undefined;
    status: string;
    timezone?: string | null | undefined;
    email?: string | null | undefined;
    details?: object | null | undefined;
  }[];
};

/** A user of an update as the team's object takes it; null is what the tool does not say. */
export type HeartbeatUser = {
  identifier: string;
  name: string | null;
  email: string | null;
  timeZone: string | null;
  status: string;
  /** JSON text. */
  details: string | null;
};

/** Users as a list for each field: a call of the object copies the names of fields too, and so once instead of once a user. */
export type HeartbeatUsers = { [Field in keyof HeartbeatUser]: HeartbeatUser[Field][] };

/** One accepted update as the team's object takes it. `at` and `timeoutMs` are milliseconds. */
export type Heartbeat = {
  accountId: string;
  teamId: string;
  directoryVersion: number;
  integrationId: string;
  timeoutMs: number;
  source: string;
  at: number;
  users: HeartbeatUsers;
};

/** What was taken otherwise than it was sent: where in the body, and how. */
export type Warning = { path: string; message: string };

/** An update as it counts: who was named, and what the caller is told of it. */
export type ReadUpdate = {
  timestamp: number;
  source: string;
  users: HeartbeatUsers;
  processed: { users: number; statuses: Record<string, number> };
  warnings: Warning[];
};

/** How far ahead of our clock a tool's may be, in milliseconds. */
export const MAX_AHEAD_MS = 5 * 60_000;
/** Beyond this an update is history, and presence keeps none: 24 hours. */
const MAX_AGE_MS = 24 * 3_600_000;

/** Whether an update is too old to change anything. */
export const isHistory = ({ timestamp }: { timestamp: number }, now: number): boolean => timestamp < now - MAX_AGE_MS;

/** What the caller of an update that is history is told. */
export const HISTORY: Warning = {
  path: "timestamp",
  message: "is more than 24 hours ago: counted, but presence keeps no history",
};

/** Reads who is named: of somebody named twice, the last entry; what is no zone or e-mail counts as unsaid, with a warning. */
export function readUpdate({ timestamp, source, users }: PresenceUpdate): ReadUpdate {
  const read: HeartbeatUsers = { identifier: [], name: [], email: [], timeZone: [], status: [], details: [] };
  const warnings: Warning[] = [];
  const places = new Map<string, number>();
  const statuses = new Map<string, number>();
  users.forEach(({ personIdentifier, name, status, timezone, email, details }, index) => {
    const isZone = timezone != null && isTimeZone(timezone);
    if (timezone != null && !isZone) {
      warnings.push({
        path: `users[${index}].timezone`,
        message: `${JSON.stringify(timezone)} is no IANA time zone such as America/New_York: the former one stays`,
      });
    }
    const isAddress = email ? isEmail(email) : false;
    if (email && !isAddress) {
      warnings.push({
        path: `users[${index}].email`,
        message: `${JSON.stringify(email)} is no e-mail address: ignored`,
      });
    }
    const place = places.get(personIdentifier) ?? places.size;
    places.set(personIdentifier, place);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    read.identifier[place] = personIdentifier;
    read.name[place] = name || null;
    read.email[place] = isAddress ? email!.toLowerCase() : null;
    read.timeZone[place] = isZone ? timezone : null;
    read.status[place] = status;
    read.details[place] = details ? JSON.stringify(details) : null;
  });
  const processed = { users: users.length, statuses: Object.fromEntries(statuses) };
  return { timestamp, source, users: read, processed, warnings };
}

/** The users of a heartbeat, one by one again. */
export const eachUser = (users: HeartbeatUsers): HeartbeatUser[] =>
  users.identifier.map((identifier, n) => ({
    identifier,
    name: users.name[n]!,
    email: users.email[n]!,
    timeZone: users.timeZone[n]!,
    status: users.status[n]!,
    details: users.details[n]!,
  }));

/** The users of a heartbeat as a team that stores no details has them. */
export const withoutDetails = (users: HeartbeatUsers): HeartbeatUsers => ({
  ...users,
  details: users.details.map(() => null),
});
