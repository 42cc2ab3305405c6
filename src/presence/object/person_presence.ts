import { formatInstant } from "../../lib/instant.ts";
import { type Block, lastSeenAt, openBlock, type Stream } from "../blocks/block.ts";
import { isWorking, rank, type StatusClasses } from "../blocks/status.ts";

/** What a team's object knows of a person besides their streams. */
export type Known = { personId: string; name: string; timeZone: string };

/** A person's presence as the API shows it, but for the local time, which is the reader's to compute. */
export type PersonPresence = {
  person_id: string;
  name: string;
  time_zone: string;
  present: boolean;
  status: string;
  working: boolean;
  source: string | null;
  since: string | null;
  last_seen_at: string | null;
};

export type SourcedStream = Stream & { identityId: string; source: string };

/**
 * A person's presence over all their identities and sources: do-not-disturb, then busy, then other working statuses, then
 * non-working ones, by the team's classes; within one rank the one that began last.
 */
export function current(known: Known, streams: SourcedStream[], classes: StatusClasses): PersonPresence {
  const shown = streams
    .map((stream) => ({ stream, block: openBlock(stream) }))
    .filter((entry): entry is { stream: SourcedStream; block: Block } => entry.block !== null)
    .map((entry) => ({ ...entry, rank: rank(entry.block.status, classes) }))
    .sort((a, b) => a.rank - b.rank || b.block.startedAt - a.block.startedAt)[0];
  const seen = Math.max(...streams.map((stream) => lastSeenAt(stream) ?? Number.NEGATIVE_INFINITY));
  return {
    person_id: known.personId,
    name: known.name,
    time_zone: known.timeZone,
    present: shown !== undefined,
    status: shown?.block.status ?? "offline",
    working: shown !== undefined && isWorking(shown.block.status, classes),
    source: shown?.stream.source ?? null,
    since: shown ? formatInstant(shown.block.startedAt) : null,
    last_seen_at: Number.isFinite(seen) ? formatInstant(seen) : null,
  };
}

/** Everybody whom `known` names and a stream was ever of, by name. */
export function byPerson(
  known: Map<string, Known>,
  streams: Iterable<SourcedStream>,
  classes: StatusClasses,
): PersonPresence[] {
  const people = new Map<string, { known: Known; streams: SourcedStream[] }>();
  for (const stream of streams) {
    const person = known.get(stream.identityId);
    if (!person) continue;
    const entry = people.get(person.personId) ?? { known: person, streams: [] };
    entry.streams.push(stream);
    people.set(person.personId, entry);
  }
  return [...people.values()]
    .map((person) => current(person.known, person.streams, classes))
    .sort((a, b) => compare(a.name, b.name) || compare(a.person_id, b.person_id));
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** What a viewer who was shown `shown` must be told to see `people`: who looks different, and who is no longer there. */
export function changes(
  shown: Map<string, PersonPresence>,
  people: PersonPresence[],
): { data: PersonPresence[]; removed: string[] } {
  const removed = new Set(shown.keys());
  for (const { person_id } of people) removed.delete(person_id);
  return { data: people.filter((person) => differs(shown.get(person.person_id), person)), removed: [...removed] };
}

/** Being seen again is no difference while the person is present. */
const differs = (a: PersonPresence | undefined, b: PersonPresence): boolean =>
  !a ||
  a.name !== b.name ||
  a.time_zone !== b.time_zone ||
  a.status !== b.status ||
  a.working !== b.working ||
  a.source !== b.source ||
  a.since !== b.since ||
  (!b.present && a.last_seen_at !== b.last_seen_at);
