import { parseInstant } from "../lib/instant.ts";
import type { ReadUpdate } from "./update.ts";

/** How a body begins that has its time first, as the contract writes it. No other field can be meant: keys come but once. */
const TIME_FIRST = /^\s*\{\s*"timestamp"\s*:\s*"/;

/** Characters remembered in all: a few bodies of the largest size, thousands of common ones. */
const MAX_SIZE = 4_194_304;

/**
 * What updates came to, by all that they said but their time. Minute after minute tools say the same: to parse and validate
 * that once is most of the work of a heartbeat saved.
 */
export class UpdateMemo {
  /** The one heard longest ago first. */
  readonly #known = new Map<string, ReadUpdate>();
  #size = 0;

  /** Reads a body as `read` would, only sooner where it repeats one of the same tool. Throws what `read` throws. */
  read(tool: string, body: string, read: (body: string) => ReadUpdate): ReadUpdate {
    const start = TIME_FIRST.exec(body)?.[0].length;
    if (start === undefined) return read(body);
    const end = body.indexOf('"', start);
    const said = tool + body.slice(end);
    const known = this.#known.get(said);
    const timestamp = known ? parseInstant(body.slice(start, end)) : null;
    const update = known && timestamp !== null ? { ...known, timestamp } : read(body);
    this.#keep(said, update);
    return update;
  }

  #keep(said: string, update: ReadUpdate): void {
    this.#size += this.#known.delete(said) ? 0 : said.length;
    this.#known.set(said, update);
    for (const oldest of this.#known.keys()) {
      if (this.#size <= MAX_SIZE) break;
      this.#known.delete(oldest);
      this.#size -= oldest.length;
    }
  }
}
