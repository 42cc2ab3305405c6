import { formatInstant } from "../lib/instant.ts";
import { MAX_AHEAD_MS } from "../presence/heartbeat/heartbeat.ts";
import { keptSince } from "./horizon.ts";

/** An activity event as it is kept: texts trimmed, the time in UTC milliseconds. */
export type NewEvent = {
  kind: string;
  externalId: string;
  personIdentifier: string;
  timestamp: number;
  title: string;
  scope: string;
  url: string | null;
  details: object | null;
  /** The description of a status activity as sent, with its markup; other events have none. */
  html?: string | null;
};

/** One event of a batch as it was read: what it says, or why it cannot be taken. */
export type Read = { externalId: string | null } & ({ event: NewEvent } | { problem: string });

/** One event of a batch that was not taken: `index` is its place in the batch, `message` names the field and why. */
export type Failure = { index: number; externalId: string | null; message: string };

/** What a team keeps of events: for so many days, null for ever; and up to when, in UTC milliseconds, it has removed any. */
type Keeps = { retentionDays: number | null; archivedUntil: number | null };

/**
 * Parts a batch into the events to keep and the failures (product.md, "Events"). An event may be as old as it likes, but
 * not more than 5 minutes ahead of `now`; and no older than what the team keeps, or has removed for its age: it may have been
 * counted then, and would count once more. Of one sent twice the last good one is kept.
 */
export function sortOut(batch: readonly Read[], now: number, team: Keeps): { events: NewEvent[]; failures: Failure[] } {
  const events = new Map<string, NewEvent>();
  const failures: Failure[] = [];
  for (const [index, read] of batch.entries()) {
    const problem = "event" in read ? (tooFarAhead(read.event, now) ?? tooOld(read.event, now, team)) : read.problem;
    if (problem !== null) failures.push({ index, externalId: read.externalId, message: problem });
    else if ("event" in read) events.set(read.event.externalId, read.event);
  }
  return { events: [...events.values()], failures };
}

const tooFarAhead = ({ timestamp }: NewEvent, now: number): string | null =>
  timestamp - now > MAX_AHEAD_MS ? "timestamp: must not be more than 5 minutes ahead" : null;

function tooOld({ timestamp }: NewEvent, now: number, { retentionDays, archivedUntil }: Keeps): string | null {
  if (timestamp < (keptSince(retentionDays, now) ?? Number.NEGATIVE_INFINITY)) {
    return `timestamp: is older than the ${retentionDays} days this team keeps`;
  }
  return archivedUntil !== null && timestamp < archivedUntil
    ? `timestamp: is before ${formatInstant(archivedUntil)}, and what this team had from then was removed for its age`
    : null;
}
