import { type Cursor, cutPage } from "../../lib/cursor.ts";
import { formatInstant } from "../../lib/instant.ts";
import type { PersonPresence, PresenceChanges } from "./person_presence.ts";

// The wire of `GET /presence/live` is here and not in src/api: the object itself writes to the sockets, which outlive the
// request that opened them.

/** Shows a person in the field names of Rollcall's API. */
export const livePerson = (person: PersonPresence) => ({
  person_id: person.personId,
  name: person.name,
  time_zone: person.timeZone,
  present: person.present,
  status: person.status,
  working: person.working,
  source: person.source,
  since: person.since === null ? null : formatInstant(person.since),
  last_seen_at: person.lastSeenAt === null ? null : formatInstant(person.lastSeenAt),
});

/** People per message: with the longest names, one has less than a megabyte, which every client can receive. */
const PEOPLE_PER_MESSAGE = 250;

/** Ids of removed people per message. */
const REMOVED_PER_MESSAGE = 2_000;

/** The most people whom a new socket is sent: some four megabytes, which the platform keeps until the viewer reads them. */
const MAX_SNAPSHOT_PEOPLE = 10_000;

/**
 * Builds the first messages of a socket: a snapshot with the first people, and changes with those that follow. Of a team
 * with more people than MAX_SNAPSHOT_PEOPLE, the snapshot has the cursor with which `GET /presence` lists the others.
 * `now`: UTC milliseconds.
 */
export function* snapshotMessages(people: Iterable<PersonPresence>, now: number): Generator<string> {
  const { rows, nextCursor } = cutPage(first(people, MAX_SNAPSHOT_PEOPLE + 1), MAX_SNAPSHOT_PEOPLE, presencePosition);
  const at = formatInstant(now);
  const data = rows.slice(0, PEOPLE_PER_MESSAGE).map(livePerson);
  yield JSON.stringify({ type: "snapshot", at, data, ...(nextCursor !== null && { next_cursor: nextCursor }) });
  if (rows.length > PEOPLE_PER_MESSAGE) {
    yield* changeMessages({ changed: rows.slice(PEOPLE_PER_MESSAGE), removed: [] }, now);
  }
}

/** Returns where a person is in the lists of people: `GET /presence` takes it as cursor. */
export const presencePosition = ({ name, personId }: PersonPresence): Cursor => ({ at: name, id: personId });

function first<T>(items: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}

/** Builds the messages that tell what changed: one, but for many people. `now`: UTC milliseconds. */
export function* changeMessages({ changed, removed }: PresenceChanges, now: number): Generator<string> {
  const count = Math.ceil(Math.max(changed.length / PEOPLE_PER_MESSAGE, removed.length / REMOVED_PER_MESSAGE));
  for (let page = 0; page < count; page++) {
    const data = changed.slice(page * PEOPLE_PER_MESSAGE, (page + 1) * PEOPLE_PER_MESSAGE).map(livePerson);
    const removedOfPage = removed.slice(page * REMOVED_PER_MESSAGE, (page + 1) * REMOVED_PER_MESSAGE);
    yield JSON.stringify({ type: "change", at: formatInstant(now), data, removed: removedOfPage });
  }
}
