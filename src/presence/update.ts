import { isEmail } from "../lib/text.ts";
import { isTimeZone } from "../lib/time_zone.ts";

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

/** One accepted update as the team's object takes it. `at` and `timeoutMs` are milliseconds. */
export type Heartbeat = {
  accountId: string;
  teamId: string;
  directoryVersion: number;
  integrationId: string;
  timeoutMs: number;
  source: string;
  at: number;
  users: HeartbeatUser[];
};

/** How far ahead of our clock a tool's may be, in milliseconds. */
export const MAX_AHEAD_MS = 5 * 60_000;
/** Beyond this an update is history, and presence keeps none: 24 hours. */
const MAX_AGE_MS = 24 * 3_600_000;

export type Warning = { path: string; message: string };

/** What to tell a caller whose update was accepted, but not for all of what it said. */
export function warningsOf(update: PresenceUpdate, now: number): Warning[] {
  const warnings: Warning[] = [];
  if (isHistory(update, now)) {
    warnings.push({ path: "timestamp", message: "is more than 24 hours ago: counted, but presence keeps no history" });
  }
  update.users.forEach(({ timezone, email }, index) => {
    if (timezone != null && !isTimeZone(timezone)) {
      warnings.push({
        path: `users[${index}].timezone`,
        message: `${JSON.stringify(timezone)} is no IANA time zone such as America/New_York: the former one stays`,
      });
    }
    if (email && !isEmail(email)) {
      warnings.push({
        path: `users[${index}].email`,
        message: `${JSON.stringify(email)} is no e-mail address: ignored`,
      });
    }
  });
  return warnings;
}

/** Whether an update is too old to change anything. */
export const isHistory = ({ timestamp }: PresenceUpdate, now: number): boolean => timestamp < now - MAX_AGE_MS;

/**
 * The users of an update as the team's object takes them: of somebody named twice, the last entry; what is no zone or
 * e-mail counts as unsaid, and so do details where the team stores none.
 */
export function usersOf(update: PresenceUpdate, { storesDetails }: { storesDetails: boolean }): HeartbeatUser[] {
  const last = new Map(update.users.map((user) => [user.personIdentifier, user]));
  return [...last.values()].map(({ personIdentifier, name, email, timezone, status, details }) => ({
    identifier: personIdentifier,
    name: name || null,
    email: email && isEmail(email) ? email.toLowerCase() : null,
    timeZone: timezone != null && isTimeZone(timezone) ? timezone : null,
    status,
    details: details && storesDetails ? JSON.stringify(details) : null,
  }));
}

/** How many users were sent with each status, as sent. */
export function countStatuses(update: PresenceUpdate): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { status } of update.users) counts.set(status, (counts.get(status) ?? 0) + 1);
  return Object.fromEntries(counts);
}
