import type { KeyOwner, RegisteredKey } from "./key_state.ts";

/** The tables of the register of keys; each `value` is JSON. Keys are stored as digests alone. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS keys (digest TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS key_owners (id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** The register of keys in the object's own SQLite database. */
export class KeyStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLES);
  }

  /** Reads all keys. */
  readKeys(): RegisteredKey[] {
    return this.#values<RegisteredKey>("SELECT value FROM keys");
  }

  /** Reads all owners of keys. */
  readOwners(): KeyOwner[] {
    return this.#values<KeyOwner>("SELECT value FROM key_owners");
  }

  /** Saves a key. */
  saveKey(key: RegisteredKey): void {
    this.#sql.exec("INSERT OR REPLACE INTO keys (digest, value) VALUES (?, ?)", key.digest, JSON.stringify(key));
  }

  /** Saves an owner of keys. */
  saveOwner(owner: KeyOwner): void {
    this.#sql.exec("INSERT OR REPLACE INTO key_owners (id, value) VALUES (?, ?)", owner.id, JSON.stringify(owner));
  }

  /** Removes a key. */
  removeKey(digest: string): void {
    this.#sql.exec("DELETE FROM keys WHERE digest = ?", digest);
  }

  #values<Value>(query: string): Value[] {
    return this.#sql
      .exec<{ value: string }>(query)
      .toArray()
      .map(({ value }) => JSON.parse(value) as Value);
  }
}
