import { isEmail } from "../../lib/text.ts";
import { isTimeZone } from "../../lib/time_zone.ts";
import { type HeartbeatUsers, MAX_SOURCES, type ReportedHeartbeat } from "../../presence/heartbeat/heartbeat.ts";

/** A valid user of a presence update (StatsAware "Presence API"). */
export type ReportedUser = {
  personIdentifier: string;
  name?: string | null | undefined;
  status: string;
  timezone?: string | null | undefined;
  email?: string | null | undefined;
  details?: object | null | undefined;
};

/** The valid part of a body of `POST /presence`. `timestamp` is UTC milliseconds; `index`: the user's position in the body. */
export type PresenceUpdate = {
  timestamp: number;
  source: string;
  users: (ReportedUser & { index: number })[];
};

/** A user of the body who is not recorded: their position, their identifier as it was sent, and why. */
export type UserFailure = { index: number; personIdentifier: string | null; message: string };

/** A part of the body that was ignored: where it is, and why. */
export type Warning = { path: string; message: string };

/** A body as the heartbeat it means, and what the answer says about it. */
export type ParsedUpdate = ReportedHeartbeat & {
  /** How many valid users were sent, in all and by status; statuses as sent. */
  processed: { users: number; statuses: Record<string, number> };
  warnings: Warning[];
  failures: UserFailure[];
  /** The position in the body of each user of the heartbeat. */
  indexes: number[];
};

/** The warning for a heartbeat that was too old to change presence. */
export const TOO_OLD: Warning = {
  path: "timestamp",
  message: "is more than 24 hours ago: counted, but presence keeps no history",
};

/** The warning for a heartbeat whose integration has more sources than a team's object keeps. */
export const TOO_MANY_SOURCES: Warning = {
  path: "source",
  message: `is one too many: of an integration's sources, the ${MAX_SOURCES} that reported last are kept`,
};

/**
 * Converts a validated body to a heartbeat. Of a person named twice, the last entry counts. An invalid time zone or e-mail
 * is ignored with a warning, so that it does not cost the person their presence. `failures`: the invalid users of the body.
 */
export function toHeartbeat({ timestamp, source, users }: PresenceUpdate, failures: UserFailure[] = []): ParsedUpdate {
  const columns: HeartbeatUsers = { identifier: [], name: [], email: [], timeZone: [], status: [], details: [] };
  const warnings: Warning[] = [];
  const columnsByIdentifier = new Map<string, number>();
  const indexes: number[] = [];
  const statuses = new Map<string, number>();
  for (const { index, personIdentifier, name, status, timezone, email, details } of users) {
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
    const column = columnsByIdentifier.get(personIdentifier) ?? columnsByIdentifier.size;
    columnsByIdentifier.set(personIdentifier, column);
    indexes[column] = index;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    columns.identifier[column] = personIdentifier;
    columns.name[column] = name || null;
    columns.email[column] = isAddress ? email!.toLowerCase() : null;
    columns.timeZone[column] = isZone ? timezone : null;
    columns.status[column] = status;
    columns.details[column] = details ? JSON.stringify(details) : null;
  }
  const processed = { users: users.length, statuses: Object.fromEntries(statuses) };
  return { timestamp, source, users: columns, processed, warnings, failures, indexes };
}
