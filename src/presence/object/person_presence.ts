import { type Block, lastSeenAt, openBlock, type Stream } from "../blocks/block.ts";
import { isWorking, rank, type StatusClasses } from "../blocks/status.ts";
import {
  comparePeople,
  entriesAfter,
  type PersonPosition,
  type Roster,
  type RosterEntry,
  type TeamPerson,
} from "./roster.ts";

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
export function personPresence(
  person: TeamPerson,
  streams: readonly SourceStream[],
  classes: StatusClasses,
): PersonPresence {
  let top: { source: string; block: Block; rank: number } | null = null;
  let seenAt: number | null = null;
  for (const stream of streams) {
    seenAt = latest(seenAt, lastSeenAt(stream));
    const block = openBlock(stream);
    if (!block) continue;
    const open = { source: stream.source, block, rank: rank(block.status, classes) };
    const isFirst =
      !top || open.rank - top.rank < 0 || (open.rank === top.rank && block.startedAt > top.block.startedAt);
    if (isFirst) top = open;
  }
  return {
    ...person,
    present: top !== null,
    status: top?.block.status ?? "offline",
    working: top !== null && isWorking(top.block.status, classes),
    source: top?.source ?? null,
    since: top?.block.startedAt ?? null,
    lastSeenAt: seenAt,
  };
}

const latest = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

/** What a team's presence is computed from. `streamsOf` returns the streams of an identity. */
export type TeamState = {
  roster: Roster;
  streamsOf: (identityId: string) => readonly SourceStream[];
  classes: StatusClasses;
};

/** Computes the presence of one person of a roster; null without a stream. */
export function entryPresence({ person, identityIds }: RosterEntry, state: Omit<TeamState, "roster">) {
  const streams = identityIds.flatMap(state.streamsOf);
  return streams.length === 0 ? null : personPresence(person, streams, state.classes);
}

/**
 * Computes the presence of every person with a stream, by name and then id, or of those after a position. A generator: a
 * page of a large team computes no more than its own people.
 */
export function* teamPresence(state: TeamState, after?: PersonPosition): Generator<PersonPresence> {
  for (const entry of entriesAfter(state.roster, after)) {
    const presence = entryPresence(entry, state);
    if (presence) yield presence;
  }
}

/** Which people to list. `after`: the last person of the page before. */
export type PresenceFilter = { present?: boolean | undefined; after?: PersonPosition | undefined; limit: number };

/** Selects a page of the people of `teamPresence`. */
export function presencePage(
  people: Iterable<PersonPresence>,
  { present, after, limit }: PresenceFilter,
): PersonPresence[] {
  const page: PersonPresence[] = [];
  for (const person of people) {
    if (page.length === limit) break;
    if (present !== undefined && person.present !== present) continue;
    if (!after || comparePeople(person, after) > 0) page.push(person);
  }
  return page;
}

/** Which people a viewer must be sent again, and the ids of people who are gone. */
export type PresenceChanges = { changed: PersonPresence[]; removed: string[] };

/** Compares what viewers were last sent, by person id, with the present of everyone. */
export function presenceChanges(
  lastSent: ReadonlyMap<string, PersonPresence>,
  people: PersonPresence[],
): PresenceChanges {
  const removed = new Set(lastSent.keys());
  for (const { personId } of people) removed.delete(personId);
  return { changed: changedPeople(lastSent, people), removed: [...removed] };
}

/** Selects the people who look different from what viewers were last sent, by person id. */
export const changedPeople = (
  lastSent: ReadonlyMap<string, PersonPresence>,
  people: PersonPresence[],
): PersonPresence[] => people.filter((person) => differs(lastSent.get(person.personId), person));

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
