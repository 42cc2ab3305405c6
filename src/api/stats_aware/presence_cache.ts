import { parseInstant } from "../../lib/instant.ts";
import type { ReadUpdate } from "../../presence/heartbeat/heartbeat.ts";

const BLANKS = "[ \\t\\n\\r]{0,8}";
/**
 * How a body begins that has its time first, as the contract writes it. No other field can be meant: keys come but once. The
 * lengths are bounded, for what is remembered of a body holds on to the whole of it.
 */
const TIME_FIRST = new RegExp(`^${BLANKS}\\{${BLANKS}"timestamp"${BLANKS}:${BLANKS}"([^"\\\\]{1,64})"`);

/** Characters remembered in all: a few bodies of the largest size, thousands of common ones. */
const MAX_SIZE = 4_194_304;
/** What an update takes besides its text, in characters. */
const OVERHEAD = 1_000;

/**
 * What updates came to, by all that they said but their time. Minute after minute tools say the same: to parse and validate
 * that once is most of the work of a heartbeat saved.
 */
export class UpdateMemo {
  /** The one heard longest ago first. */
  readonly #known = new Map<string, ReadUpdate>();
  #size = 0;

  /**
   * Reads a body as `read` would, only sooner where it repeats one of the same integration: what others say is none of its
   * business, not even by the time that an answer takes. Throws what `read` throws.
   */
  read(integrationId: string, body: string, read: (body: string) => ReadUpdate): ReadUpdate {
    const [start, time] = TIME_FIRST.exec(body) ?? [];
    if (start === undefined) return read(body);
    const said = integrationId + body.slice(start.length);
    const known = this.#known.get(said);
    const timestamp = known ? parseInstant(time!) : null;
    const update = known && timestamp !== null ? { ...known, timestamp } : read(body);
    this.#keep(said, update);
    return update;
  }

  #keep(said: string, update: ReadUpdate): void {
    this.#size += this.#known.delete(said) ? 0 : said.length + OVERHEAD;
    this.#known.set(said, update);
    for (const oldest of this.#known.keys()) {
      if (this.#size <= MAX_SIZE) break;
      this.#known.delete(oldest);
      this.#size -= oldest.length + OVERHEAD;
    }
  }
}
