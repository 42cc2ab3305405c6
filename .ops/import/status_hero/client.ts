/** Reads from the API of Status Hero, with a limited number of requests a second. Stores each answer in a journal. */
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { OperatorError } from "../../wrangler.ts";
import type { Journal } from "./journal.ts";

/** The length of a page of a list (Status Hero, "Pagination"). */
const PAGE_SIZE = 30;
/** If the server fails, the request is repeated after each of these times, in milliseconds. Then the command ends. */
const RETRY_MS = [1_000, 5_000, 15_000, 60_000];
/** The longest time that an answer may take, in milliseconds. */
const TIMEOUT_MS = 60_000;

/** Where to read, with which key, and how many requests a second. */
export type Source = { url: string; teamId: string; key: string; rate: number };

/** A client of the API of Status Hero. */
export class StatusHeroClient {
  readonly #source: Source;
  readonly #journal: Journal;
  readonly #onRequest: (path: string) => void;
  #nextAt = 0;

  /** `onRequest` is called before each request that is sent. */
  constructor(source: Source, journal: Journal, onRequest: (path: string) => void) {
    this.#source = source;
    this.#journal = journal;
    this.#onRequest = onRequest;
  }

  /**
   * Reads a list to its end, page by page. `name` is the field of the answer, `item` the schema of an item. An item that
   * moved to a later page while the list was read has the same key, and is returned once.
   */
  async list<T>(path: string, name: string, item: z.ZodType<T>, keyOf: (one: T) => string): Promise<T[]> {
    const schema = z.object({ [name]: z.array(item) });
    const found = new Map<string, T>();
    for (let page = 1; ; page++) {
      const answer = await this.one(`${path}?page=${page}`, schema);
      const list = answer?.[name] ?? [];
      const before = found.size;
      for (const one of list) if (!found.has(keyOf(one))) found.set(keyOf(one), one);
      // A server without pages answers every page with the same items.
      if (list.length < PAGE_SIZE || found.size === before) return [...found.values()];
    }
  }

  /** Reads one resource; null if the server does not have it. Throws if the answer is not as the API documents it. */
  async one<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
    const known = this.#journal.get(path);
    const body = known === undefined ? await this.#fetch(path) : known;
    if (known === undefined) this.#journal.add(path, body);
    if (body === null) return null;
    const read = schema.safeParse(body);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    throw new OperatorError(`GET ${path}: ${issue!.path.join(".") || "the answer"} ${issue!.message}`);
  }

  async #fetch(path: string): Promise<unknown> {
    const { url, teamId, key } = this.#source;
    for (let attempt = 0; ; attempt++) {
      await this.#waitForRate();
      this.#onRequest(path);
      const headers = { "X-TEAM-ID": teamId, "X-API-KEY": key, Accept: "application/json" };
      const answer = await fetch(`${url}/api/v1${path}`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
        (error: unknown) => String((error as Error).cause ?? error),
      );
      if (typeof answer !== "string") {
        if (answer.ok) return await answer.json();
        if (answer.status === 404 || answer.status === 410) return null;
        if (answer.status === 401 || answer.status === 403)
          throw new OperatorError(`${url} refuses the team id or the key: ${answer.status} ${await answer.text()}`);
      }
      const problem = typeof answer === "string" ? answer : `${answer.status} ${await answer.text()}`;
      const isTransient = typeof answer === "string" || answer.status === 429 || answer.status >= 500;
      if (!isTransient || attempt === RETRY_MS.length)
        throw new OperatorError(`GET ${url}/api/v1${path} failed: ${problem}`);
      const retryAfter = typeof answer === "string" ? 0 : Number(answer.headers.get("Retry-After") ?? 0) * 1_000;
      await wait(Math.max(retryAfter || 0, RETRY_MS[attempt]!));
    }
  }

  /** Waits until the rate allows the next request. */
  async #waitForRate(): Promise<void> {
    const now = Date.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + 1_000 / this.#source.rate;
    if (at > now) await wait(at - now);
  }
}
