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

/** Builds the first message of a socket: everyone on the team. `now`: UTC milliseconds. */
export const snapshotMessage = (people: PersonPresence[], now: number): string =>
  JSON.stringify({ type: "snapshot", at: formatInstant(now), data: people.map(livePerson) });

/** Builds the message that tells what changed. `now`: UTC milliseconds. */
export const changeMessage = ({ changed, removed }: PresenceChanges, now: number): string =>
  JSON.stringify({ type: "change", at: formatInstant(now), data: changed.map(livePerson), removed });
