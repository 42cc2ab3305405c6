import { pages } from "../../lib/pages.ts";
import { toReference } from "./details_reference.ts";
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

/**
 * The object's own SQLite database: everything that must survive an eviction. Reads parse JSON, so callers cache them. What
 * can be large is read row by row, and each statement has parameters of limited size (`pages`).
 */
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
    const [team] = this.#values<TeamRecord>("SELECT value FROM team");
    return team ?? null;
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
  readDirectory(): Generator<DirectoryEntry> {
    return this.#values<DirectoryEntry>("SELECT value FROM directory");
  }

  /** Saves directory entries. */
  saveDirectory(entries: DirectoryEntry[]): void {
    this.#saveAll("directory", "identity_id", "identityId", entries);
  }

  /** Removes the directory entries of identities. */
  removeFromDirectory(identityIds: Set<string>): void {
    for (const page of pages(identityIds)) {
      this.#sql.exec(
        "DELETE FROM directory WHERE identity_id IN (SELECT value FROM json_each(?))",
        JSON.stringify(page),
      );
    }
  }

  /** Reads every stream, with the rows of `beats` applied to their last heartbeats, and with references of long details. */
  readStreams(): StoredStream[] {
    const streams = new Map<number, StoredStream>();
    for (const stream of this.#values<StoredStream>("SELECT value FROM streams")) {
      if (stream.block) stream.block.details = toReference(stream.block.details);
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

  /** Saves streams. Their details must be texts, and not references. */
  saveStreams(streams: Iterable<StoredStream>): void {
    this.#saveAll("streams", "n", "n", streams);
  }

  /** Reads the details of the block of a stream. */
  readDetails(n: number): string | null {
    const query = "SELECT value ->> '$.block.details' AS details FROM streams WHERE n = ?";
    return this.#sql.exec<{ details: string | null }>(query, n).toArray()[0]?.details ?? null;
  }

  /** Removes streams by their numbers. */
  removeStreams(numbers: number[]): void {
    for (const page of pages(numbers)) {
      this.#sql.exec("DELETE FROM streams WHERE n IN (SELECT value FROM json_each(?))", JSON.stringify(page));
    }
  }

  /** Writes the last heartbeats into the streams where these have older ones, and removes the rows of `beats`. */
  foldBeats(streams: StoredStream[]): void {
    for (const page of pages(streams.map(({ n, lastAt }) => ({ n, lastAt })))) {
      this.#sql.exec(
        `UPDATE streams SET value = json_set(streams.value, '$.lastAt', seen.value ->> 'lastAt') FROM json_each(?) seen
         WHERE streams.n = (seen.value ->> 'n') AND streams.value ->> 'lastAt' < (seen.value ->> 'lastAt')`,
        JSON.stringify(page),
      );
    }
    this.#sql.exec("DELETE FROM beats");
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

  /**
   * Reads the next blocks to send, or the next of some identities: none if there are none, and no more than fit a parameter
   * of a D1 statement.
   */
  readOutboxPage(identityIds?: Set<string>): BlockWrite[] {
    if (this.outboxSize() === 0) return [];
    const [page = []] = pages(
      identityIds
        ? this.#values<BlockWrite>(
            "SELECT value FROM outbox WHERE value ->> 'identityId' IN (SELECT value FROM json_each(?))",
            JSON.stringify([...identityIds]),
          )
        : this.#values<BlockWrite>("SELECT value FROM outbox"),
    );
    return page;
  }

  /** Saves blocks to the outbox; a block that is there already is replaced. */
  saveToOutbox(blocks: Iterable<BlockWrite>): void {
    this.#cachedOutboxSize = null;
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
    for (const page of pages(identityIds)) {
      this.#sql.exec(
        `DELETE FROM outbox WHERE value ->> 'identityId' IN (SELECT identity.value FROM json_each(?) identity)`,
        JSON.stringify(page),
      );
    }
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

  /** A generator, so that no more rows are in memory than the caller keeps. */
  *#values<Value>(query: string, ...params: string[]): Generator<Value> {
    for (const { value } of this.#sql.exec<{ value: string }>(query, ...params)) yield JSON.parse(value) as Value;
  }

  #count(table: "beats" | "outbox"): number {
    return this.#sql.exec<{ count: number }>(`SELECT count(*) AS count FROM ${table}`).one().count;
  }

  /** Saves rows in one statement per page: much faster than a statement per row. */
  #saveAll(table: "directory" | "streams" | "outbox", key: string, field: string, rows: Iterable<object>): void {
    for (const page of pages(rows)) {
      this.#sql.exec(
        `INSERT OR REPLACE INTO ${table} (${key}, value)
         SELECT item.value ->> '${field}', item.value FROM json_each(?) item`,
        JSON.stringify(page),
      );
    }
  }
}
