import { parseInstant } from "../../lib/instant.ts";
import type { ParsedUpdate } from "./presence_update.ts";

/**
 * Matches the start of a body whose first field is `timestamp`, as in the contract's examples. The lengths are limited
 * because a cached key is a slice of the body, and keeps the whole body in memory.
 */
const TIMESTAMP_FIRST = /^[ \t\n\r]{0,8}\{[ \t\n\r]{0,8}"timestamp"[ \t\n\r]{0,8}:[ \t\n\r]{0,8}"([^"\\]{1,64})"/;

/** The size limit of the cache, in characters: a few bodies of the largest size, or thousands of common ones. */
const MAX_SIZE = 4_194_304;
/** The size of a parsed update beyond its text, in characters. */
const ENTRY_OVERHEAD = 1_000;

/**
 * Caches parsed bodies of `POST /presence` by their text without the timestamp. Most tools repeat the same body every
 * minute, and parsing and validating it is most of the work of a heartbeat. The least recently used bodies are evicted. Bodies
 * with failures are not cached: what is said about a short invalid user takes much more memory than the user.
 */
export class PresenceCache {
  /** In order of last use, the least recent first. */
  readonly #entries = new Map<string, ParsedUpdate>();
  #size = 0;

  /**
   * Returns what `parse` would return for a body, from the cache where only the timestamp is new. Throws what `parse`
   * throws. Entries are per integration: response times must not reveal what another integration sends.
   */
  read(integrationId: string, body: string, parse: (body: string) => ParsedUpdate): ParsedUpdate {
    const [start, time] = TIMESTAMP_FIRST.exec(body) ?? [];
    if (start === undefined) return parse(body);
    const key = integrationId + body.slice(start.length);
    const cached = this.#entries.get(key);
    // The rest of the body is valid, so only the timestamp is left to check; `parse` words the error.
    const timestamp = cached ? parseInstant(time!) : null;
    const update = cached && timestamp !== null ? { ...cached, timestamp } : parse(body);
    if (update.failures.length === 0) this.#save(key, update);
    return update;
  }

  #save(key: string, update: ParsedUpdate): void {
    this.#size += this.#entries.delete(key) ? 0 : key.length + ENTRY_OVERHEAD;
    this.#entries.set(key, update);
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= MAX_SIZE) break;
      this.#entries.delete(oldest);
      this.#size -= oldest.length + ENTRY_OVERHEAD;
    }
  }
}
