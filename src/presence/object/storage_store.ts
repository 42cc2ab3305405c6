import { pages } from "../../lib/pages.ts";
import type { DirectoryEntry } from "./directory_entry.ts";
import type { BlockWrite, StoredStream } from "./stored_stream.ts";
import type { TeamRecord } from "./team_record.ts";

/**
 * The tables of a team's object; each `value` is JSON. A row of `beats` says that the streams whose numbers `members` lists
 * were all seen at `at`: a heartbeat that changes nothing else writes this one row, however many people it names, and the
 * same people again overwrite it.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS team (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS directory (identity_id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS streams (n INTEGER PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS beats (members TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** The object's own SQLite database: everything that must survive an eviction. Reads parse JSON, so callers cache them. */
export class ObjectStore {
  readonly #sql: SqlStorage;
  /** The number of blocks in the outbox; null to count again. Every heartbeat asks for it. */
  #cachedOutboxSize: number | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLES);
  }

  /** Reads the team; null before the first heartbeat. */
  readTeam(): TeamRecord | null {
    const [value] = this.#values("SELECT value FROM team");
    return value === undefined ? null : (JSON.parse(value) as TeamRecord);
  }

  /** Saves a new team, of which everything else is unknown until the first exchange with D1. */
  createTeam(fields: Pick<TeamRecord, "accountId" | "teamId" | "checkpointAt">): TeamRecord {
    const team = { ...fields, directoryVersion: 0, statusClasses: {}, storesDetails: true, timeouts: {} };
    this.saveTeam(team);
    return team;
  }

  /** Saves the team. */
  saveTeam(team: TeamRecord): void {
    this.#sql.exec("INSERT OR REPLACE INTO team (id, value) VALUES (1, ?)", JSON.stringify(team));
  }

  /** Reads all directory entries. */
  readDirectory(): DirectoryEntry[] {
    return this.#values("SELECT value FROM directory").map((value) => JSON.parse(value) as DirectoryEntry);
  }

  /** Saves directory entries. */
  saveDirectory(entries: DirectoryEntry[]): void {
    this.#saveAll("directory", "identity_id", "identityId", entries);
  }

  /** Removes the directory entries of identities. */
  removeFromDirectory(identityIds: Set<string>): void {
    this.#sql.exec(
      "DELETE FROM directory WHERE identity_id IN (SELECT value FROM json_each(?))",
      JSON.stringify([...identityIds]),
    );
  }

  /** Reads every stream, with the rows of `beats` applied to their last heartbeats. */
  readStreams(): StoredStream[] {
    const streams = new Map<number, StoredStream>();
    for (const value of this.#values("SELECT value FROM streams")) {
      const stream = JSON.parse(value) as StoredStream;
      streams.set(stream.n, stream);
    }
    for (const { members, at } of this.#sql.exec<{ members: string; at: number }>("SELECT members, at FROM beats")) {
      for (const number of members.split(",")) {
        const stream = streams.get(Number(number));
        if (stream && stream.lastAt < at) stream.lastAt = at;
      }
    }
    return [...streams.values()];
  }

  /** Saves streams. */
  saveStreams(streams: StoredStream[]): void {
    this.#saveAll("streams", "n", "n", streams);
  }

  /** Removes streams by their numbers. */
  removeStreams(numbers: number[]): void {
    this.#sql.exec("DELETE FROM streams WHERE n IN (SELECT value FROM json_each(?))", JSON.stringify(numbers));
  }

  /** Replaces all streams and removes the rows of `beats`, which must be applied to them. */
  replaceStreams(streams: StoredStream[]): void {
    this.#sql.exec("DELETE FROM beats");
    this.#sql.exec("DELETE FROM streams");
    this.saveStreams(streams);
  }

  /** Saves, in one row, that streams were seen at `at`, UTC milliseconds. */
  saveBeat(streams: StoredStream[], at: number): void {
    const numbers = streams.map(({ n }) => n).sort((a, b) => a - b);
    this.#sql.exec(
      "INSERT INTO beats (members, at) VALUES (?, ?) ON CONFLICT (members) DO UPDATE SET at = excluded.at",
      ...[numbers.join(","), at],
    );
  }

  /** Counts the rows of `beats`. */
  countBeats(): number {
    return this.#count("beats");
  }

  /** Reads the next blocks to send: none if the outbox is empty, and no more than fit a parameter of a D1 statement. */
  readOutboxPage(): BlockWrite[] {
    const [page = []] = pages(this.#readOutbox());
    return page;
  }

  /** A generator, so that no more is read than the page holds. */
  *#readOutbox(): Generator<BlockWrite> {
    for (const { value } of this.#sql.exec<{ value: string }>("SELECT value FROM outbox")) yield JSON.parse(value);
  }

  /** Saves blocks to the outbox; a block that is there already is replaced. */
  saveToOutbox(blocks: BlockWrite[]): void {
    if (blocks.length > 0) this.#cachedOutboxSize = null;
    this.#saveAll("outbox", "id", "id", blocks);
  }

  /** Removes blocks that D1 has stored, but not a block that has changed since it was sent. */
  removeSent(blocks: BlockWrite[]): void {
    this.#cachedOutboxSize = null;
    this.#sql.exec(
      `DELETE FROM outbox WHERE (id, value) IN (SELECT block.value ->> 'id', block.value FROM json_each(?) block)`,
      JSON.stringify(blocks),
    );
  }

  /** Removes the blocks of identities from the outbox. */
  removeIdentitiesFromOutbox(identityIds: Set<string>): void {
    this.#cachedOutboxSize = null;
    this.#sql.exec(
      `DELETE FROM outbox WHERE value ->> 'identityId' IN (SELECT identity.value FROM json_each(?) identity)`,
      JSON.stringify([...identityIds]),
    );
  }

  /** Removes the details of all blocks in the outbox. */
  clearOutboxDetails(): void {
    this.#sql.exec(
      "UPDATE outbox SET value = json_set(value, '$.details', NULL) WHERE value ->> 'details' IS NOT NULL",
    );
  }

  /** Counts the blocks in the outbox. */
  outboxSize(): number {
    this.#cachedOutboxSize ??= this.#count("outbox");
    return this.#cachedOutboxSize;
  }

  /** Clears the cached size of the outbox; the next `outboxSize` counts. */
  invalidateOutboxSize(): void {
    this.#cachedOutboxSize = null;
  }

  #values(query: string): string[] {
    return this.#sql
      .exec<{ value: string }>(query)
      .toArray()
      .map(({ value }) => value);
  }

  #count(table: "beats" | "outbox"): number {
    return this.#sql.exec<{ count: number }>(`SELECT count(*) AS count FROM ${table}`).one().count;
  }

  /** Saves rows in one statement per page: much faster than a statement per row. */
  #saveAll(table: "directory" | "streams" | "outbox", key: string, field: string, rows: object[]): void {
    for (const page of pages(rows)) {
      this.#sql.exec(
        `INSERT OR REPLACE INTO ${table} (${key}, value)
         SELECT item.value ->> '${field}', item.value FROM json_each(?) item`,
        JSON.stringify(page),
      );
    }
  }
}
