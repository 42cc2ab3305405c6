import { isEmail } from "../../lib/text.ts";
import { isTimeZone } from "../../lib/time_zone.ts";
import { type HeartbeatUsers, MAX_SOURCES, type ReportedHeartbeat } from "../../presence/heartbeat/heartbeat.ts";

/** The validated body of `POST /presence` (StatsAware "Presence API"). `timestamp` is UTC milliseconds. */
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

/** A part of the body that was ignored: where it is, and why. */
export type Warning = { path: string; message: string };

/** A body as the heartbeat it means, and what the answer says about it. */
export type ParsedUpdate = ReportedHeartbeat & {
  /** How many users were sent, in all and by status; statuses as sent. */
  processed: { users: number; statuses: Record<string, number> };
  warnings: Warning[];
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
 * is ignored with a warning, so that it does not cost the person their presence.
 */
export function toHeartbeat({ timestamp, source, users }: PresenceUpdate): ParsedUpdate {
  const columns: HeartbeatUsers = { identifier: [], name: [], email: [], timeZone: [], status: [], details: [] };
  const warnings: Warning[] = [];
  const indexes = new Map<string, number>();
  const statuses = new Map<string, number>();
  users.forEach(({ personIdentifier, name, status, timezone, email, details }, position) => {
    const isZone = timezone != null && isTimeZone(timezone);
    if (timezone != null && !isZone) {
      warnings.push({
        path: `users[${position}].timezone`,
        message: `${JSON.stringify(timezone)} is no IANA time zone such as America/New_York: the former one stays`,
      });
    }
    const isAddress = email ? isEmail(email) : false;
    if (email && !isAddress) {
      warnings.push({
        path: `users[${position}].email`,
        message: `${JSON.stringify(email)} is no e-mail address: ignored`,
      });
    }
    const index = indexes.get(personIdentifier) ?? indexes.size;
    indexes.set(personIdentifier, index);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    columns.identifier[index] = personIdentifier;
    columns.name[index] = name || null;
    columns.email[index] = isAddress ? email!.toLowerCase() : null;
    columns.timeZone[index] = isZone ? timezone : null;
    columns.status[index] = status;
    columns.details[index] = details ? JSON.stringify(details) : null;
  });
  const processed = { users: users.length, statuses: Object.fromEntries(statuses) };
  return { timestamp, source, users: columns, processed, warnings };
}
