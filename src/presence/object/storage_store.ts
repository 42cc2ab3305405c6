import { pages } from "../../lib/pages.ts";
import { type EndedBlock, openBlock, type Stream } from "../blocks/block.ts";
import type { StatusClasses } from "../blocks/status.ts";
import type { Known } from "./person_presence.ts";

/** A stream with its number in the object, and the three things it is a stream of. */
export type NumberedStream = Stream & { n: number; identityId: string; integrationId: string; source: string };

/** A block on its way to D1. */
export type OutboxBlock = {
  id: string;
  identityId: string;
  integrationId: string;
  source: string;
  status: string;
  details: string | null;
  startedAt: number;
  lastSeenAt: number;
  endedAt: number | null;
};

/** An identity as tools last described it, and the person it was last seen to be. `pending`: D1 has not been told yet. */
export type DirectoryEntry = {
  identityId: string;
  identifier: string;
  name: string | null;
  email: string | null;
  /** A zone that D1 has not been told yet; null when there is none. */
  timeZone: string | null;
  /** By tool, the zone it last named: only another one is news, or two that differ would be written at every heartbeat. */
  zones: Record<string, string>;
  newPersonId: string;
  newMemberId: string;
  pending: boolean;
  /** Whether D1 has had the identity: then it is never made again from here, and once D1 has it no more, it was erased. */
  linked: boolean;
  person: Known | null;
};

/**
 * Whose object this is, up to which version it knows the directory, and the team's settings with it, and when open blocks
 * are checkpointed next.
 */
export type Team = {
  accountId: string;
  teamId: string;
  directoryVersion: number;
  statusClasses: StatusClasses;
  storesDetails: boolean;
  /** By integration, the longest gap in milliseconds that still extends a block. */
  timeouts: Record<string, number>;
  checkpointAt: number;
};

/**
 * The tables of a team's object. Each beat that changes nothing but times writes one row of `beats`, whatever the number
 * of streams it names: `members` is the list of their numbers, and a list that comes again overwrites its row.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS team (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS directory (identity_id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS streams (n INTEGER PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS beats (members TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** The object's own SQLite: what it must still know after eviction. Rows are written by the page, not one by one. */
export class ObjectStore {
  readonly #sql: SqlStorage;
  /** How many blocks wait, as long as nothing has changed that: every heartbeat asks. */
  #outboxSize: number | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLES);
  }

  team(): Team | null {
    const [row] = this.#values("SELECT value FROM team");
    return row ? (JSON.parse(row) as Team) : null;
  }

  /** Keeps a team of which this object hears for the first time, and so knows nothing yet of who is who. */
  beginTeam(fixed: Pick<Team, "accountId" | "teamId" | "checkpointAt">): Team {
    const team = { ...fixed, directoryVersion: 0, statusClasses: {}, storesDetails: true, timeouts: {} };
    this.saveTeam(team);
    return team;
  }

  saveTeam(team: Team): void {
    this.#sql.exec("INSERT OR REPLACE INTO team (id, value) VALUES (1, ?)", JSON.stringify(team));
  }

  directory(): DirectoryEntry[] {
    return this.#values("SELECT value FROM directory").map((value) => JSON.parse(value) as DirectoryEntry);
  }

  saveDirectory(entries: DirectoryEntry[]): void {
    this.#saveAll("directory", "identity_id", "identityId", entries);
  }

  dropDirectory(identityIds: Set<string>): void {
    this.#sql.exec("DELETE FROM directory WHERE identity_id IN (SELECT value FROM json_each(?))", listOf(identityIds));
  }

  /** Every stream, brought up to the beats that named it since its own row was written. */
  streams(): NumberedStream[] {
    const streams = new Map<number, NumberedStream>();
    for (const value of this.#values("SELECT value FROM streams")) {
      const stream = JSON.parse(value) as NumberedStream;
      streams.set(stream.n, stream);
    }
    for (const { members, at } of this.#sql.exec<{ members: string; at: number }>("SELECT members, at FROM beats")) {
      for (const n of members.split(",")) {
        const stream = streams.get(Number(n));
        if (stream && stream.lastAt < at) stream.lastAt = at;
      }
    }
    return [...streams.values()];
  }

  saveStreams(streams: NumberedStream[]): void {
    this.#saveAll("streams", "n", "n", streams);
  }

  /** Writes that the streams of these numbers were all seen at `at`. */
  saveBeat(members: number[], at: number): void {
    const list = members.sort((a, b) => a - b).join(",");
    this.#sql.exec(
      "INSERT INTO beats (members, at) VALUES (?, ?) ON CONFLICT (members) DO UPDATE SET at = excluded.at",
      ...[list, at],
    );
  }

  beatCount(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM beats").one().count;
  }

  /** Replaces every stream and forgets the beats that are now in their rows. */
  compact(streams: NumberedStream[]): void {
    this.#sql.exec("DELETE FROM beats");
    this.#sql.exec("DELETE FROM streams");
    this.saveStreams(streams);
  }

  /** The next blocks to send: at least one if there is any, and otherwise no more than fit a statement's parameter. */
  outbox(): OutboxBlock[] {
    const [page = []] = pages(this.#waiting());
    return page;
  }

  /** Read only as far as the page goes. */
  *#waiting(): Generator<OutboxBlock> {
    for (const { value } of this.#sql.exec<{ value: string }>("SELECT value FROM outbox")) yield JSON.parse(value);
  }

  saveOutbox(blocks: OutboxBlock[]): void {
    if (blocks.length > 0) this.#outboxSize = null;
    this.#saveAll("outbox", "id", "id", blocks);
  }

  /** Forgets blocks that D1 has, unless one was put here again in the meantime. */
  forgetOutbox(blocks: OutboxBlock[]): void {
    this.#outboxSize = null;
    this.#sql.exec(
      `DELETE FROM outbox WHERE (id, value) IN (SELECT e.value ->> 'id', e.value FROM json_each(?) e)`,
      JSON.stringify(blocks),
    );
  }

  /** Forgets the blocks of identities. */
  dropOutbox(identityIds: Set<string>): void {
    this.#outboxSize = null;
    const theirs = "value ->> 'identityId' IN (SELECT e.value FROM json_each(?) e)";
    this.#sql.exec(`DELETE FROM outbox WHERE ${theirs}`, listOf(identityIds));
  }

  /** Forgets the details of every block. */
  bareOutbox(): void {
    this.#sql.exec(
      "UPDATE outbox SET value = json_set(value, '$.details', NULL) WHERE value ->> 'details' IS NOT NULL",
    );
  }

  /** Counts anew the next time it is asked. */
  doubt(): void {
    this.#outboxSize = null;
  }

  outboxSize(): number {
    this.#outboxSize ??= this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM outbox").one().count;
    return this.#outboxSize;
  }

  #values(query: string, ...params: unknown[]): string[] {
    return this.#sql
      .exec<{ value: string }>(query, ...params)
      .toArray()
      .map((row) => row.value);
  }

  #saveAll(table: "directory" | "streams" | "outbox", key: string, field: string, rows: object[]): void {
    for (const page of pages(rows)) {
      this.#sql.exec(
        `INSERT OR REPLACE INTO ${table} (${key}, value)
         SELECT e.value ->> '${field}', e.value FROM json_each(?) e`,
        JSON.stringify(page),
      );
    }
  }
}

/** An ended block of a stream as D1 should have it. */
export const endedRow = (stream: NumberedStream, block: EndedBlock): OutboxBlock => row(stream, block);

/** The open block of a stream, if it has one, as D1 should have it. */
export function openRow(stream: NumberedStream): OutboxBlock | null {
  const block = openBlock(stream);
  return block && row(stream, { ...block, lastSeenAt: stream.lastAt, endedAt: null });
}

const row = (
  { identityId, integrationId, source }: NumberedStream,
  { id, status, details, startedAt, lastSeenAt, endedAt }: Omit<OutboxBlock, "identityId" | "integrationId" | "source">,
): OutboxBlock => ({ id, identityId, integrationId, source, status, details, startedAt, lastSeenAt, endedAt });

const listOf = (ids: Set<string>): string => JSON.stringify([...ids]);

/** What tells tools apart: one source of one integration. An identity has one stream of each. */
export const toolOf = ({ integrationId, source }: { integrationId: string; source: string }): string =>
  `${integrationId}|${source}`;
