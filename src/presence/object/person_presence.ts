import { type Block, lastSeenAt, openBlock, type Stream } from "../blocks/block.ts";
import { isWorking, rank, type StatusClasses } from "../blocks/status.ts";

/** A person as a team shows them. `timeZone` is the team's where the person has none. */
export type TeamPerson = { personId: string; name: string; timeZone: string };

/** A person's current presence over all their identities and sources. Times are UTC milliseconds. */
export type PersonPresence = TeamPerson & {
  /** Whether a block is open. */
  present: boolean;
  /** "offline" where no block is open. */
  status: string;
  working: boolean;
  /** The source of `status`; null where no block is open. */
  source: string | null;
  /** When the block of `status` began; null where no block is open. */
  since: number | null;
  /** The last heartbeat of an open block, or the latest end of a block; null for a person only ever reported offline. */
  lastSeenAt: number | null;
};

/** A stream with its identity and source. */
export type SourceStream = Stream & { identityId: string; source: string };

/**
 * Computes a person's presence from their streams. Of several open blocks it shows the one whose status ranks first (see
 * `rank`), and among equals the one that began last.
 */
export function personPresence(person: TeamPerson, streams: SourceStream[], classes: StatusClasses): PersonPresence {
  const top = streams
    .map((stream) => ({ source: stream.source, block: openBlock(stream) }))
    .filter((open): open is { source: string; block: Block } => open.block !== null)
    .map((open) => ({ ...open, rank: rank(open.block.status, classes) }))
    .sort((a, b) => a.rank - b.rank || b.block.startedAt - a.block.startedAt)[0];
  const seenAt = Math.max(...streams.map((stream) => lastSeenAt(stream) ?? Number.NEGATIVE_INFINITY));
  return {
    ...person,
    present: top !== undefined,
    status: top?.block.status ?? "offline",
    working: top !== undefined && isWorking(top.block.status, classes),
    source: top?.source ?? null,
    since: top?.block.startedAt ?? null,
    lastSeenAt: Number.isFinite(seenAt) ? seenAt : null,
  };
}

/** Computes the presence of every person with a stream, by name and then id. `people` maps identities to persons. */
export function teamPresence(
  people: ReadonlyMap<string, TeamPerson>,
  streams: Iterable<SourceStream>,
  classes: StatusClasses,
): PersonPresence[] {
  const streamsOf = new Map<string, { person: TeamPerson; streams: SourceStream[] }>();
  for (const stream of streams) {
    const person = people.get(stream.identityId);
    if (!person) continue;
    const entry = streamsOf.get(person.personId) ?? { person, streams: [] };
    entry.streams.push(stream);
    streamsOf.set(person.personId, entry);
  }
  return [...streamsOf.values()]
    .map(({ person, streams }) => personPresence(person, streams, classes))
    .sort((a, b) => compare(a.name, b.name) || compare(a.personId, b.personId));
}

/** Compares by UTF-16 code units: the order must be the same in every runtime, for cursors. */
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Which people to list. `after`: the last person of the page before. */
export type PresenceFilter = {
  present?: boolean | undefined;
  after?: Pick<PersonPresence, "name" | "personId"> | undefined;
  limit: number;
};

/** Selects a page of the people of `teamPresence`. */
export const presencePage = (people: PersonPresence[], { present, after, limit }: PresenceFilter): PersonPresence[] =>
  people
    .filter((person) => present === undefined || person.present === present)
    .filter((person) => !after || (compare(person.name, after.name) || compare(person.personId, after.personId)) > 0)
    .slice(0, limit);

/** Which people a viewer must be sent again, and the ids of people who are gone. */
export type PresenceChanges = { changed: PersonPresence[]; removed: string[] };

/** Compares what viewers were last sent, by person id, with the present. */
export function presenceChanges(
  lastSent: ReadonlyMap<string, PersonPresence>,
  people: PersonPresence[],
): PresenceChanges {
  const removed = new Set(lastSent.keys());
  for (const { personId } of people) removed.delete(personId);
  return { changed: people.filter((person) => differs(lastSent.get(person.personId), person)), removed: [...removed] };
}

/** Whether a person looks different. While present, a new last heartbeat is no difference: it changes with every one. */
const differs = (before: PersonPresence | undefined, now: PersonPresence): boolean =>
  !before ||
  before.name !== now.name ||
  before.timeZone !== now.timeZone ||
  before.status !== now.status ||
  before.working !== now.working ||
  before.source !== now.source ||
  before.since !== now.since ||
  (!now.present && before.lastSeenAt !== now.lastSeenAt);
