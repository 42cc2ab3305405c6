import { expire, openBlock } from "../blocks/block.ts";
import { endedRow, type NumberedStream, type ObjectStore, type OutboxBlock, openRow, toolOf } from "./storage_store.ts";

/** How many rows of heartbeats may gather beyond two for each stream before they are folded into the streams. */
const LOOSE_BEATS = 64;
/** How long a source that fell silent is remembered, for its "last seen": 90 days. */
const FORGET_AFTER_MS = 90 * 86_400_000;

/** What a heartbeat, or the time, did to streams: of those only `seen`, no more than that they were, at `at`. */
type Moves = { changed: NumberedStream[]; seen: NumberedStream[]; outbox: OutboxBlock[]; at: number };

/** The streams of a team's object: loaded once, and from then on in storage first, in memory only once that has gone well. */
export class Streams {
  readonly #storage: DurableObjectStorage;
  readonly #store: ObjectStore;
  /** By tool, and then by identity: a heartbeat is of one tool, and no key has to be made for each it names. */
  readonly #byTool = new Map<string, Map<string, NumberedStream>>();
  #lastNumber = 0;

  constructor(storage: DurableObjectStorage, store: ObjectStore) {
    this.#storage = storage;
    this.#store = store;
    this.#remember(store.streams());
  }

  /** The streams of one tool, by identity. */
  of(tool: string): ReadonlyMap<string, NumberedStream> {
    return this.#byTool.get(tool) ?? new Map();
  }

  all(): NumberedStream[] {
    return [...this.#byTool.values()].flatMap((streams) => [...streams.values()]);
  }

  /** The first number that no stream has had. */
  get nextNumber(): number {
    return this.#lastNumber + 1;
  }

  /** Every open block as D1 should have it; of these identities only, where some are named. */
  open(identityIds?: Set<string>): OutboxBlock[] {
    return this.all().flatMap((stream) =>
      (identityIds?.has(stream.identityId) ?? true) ? (openRow(stream) ?? []) : [],
    );
  }

  /** When the first of the open blocks times out; null where none is open. */
  firstTimeout(timeoutOf: (stream: NumberedStream) => number): number | null {
    let first: number | null = null;
    for (const streams of this.#byTool.values()) {
      // One tool is of one integration, and so its blocks have one timeout.
      let oldest: NumberedStream | null = null;
      for (const stream of streams.values()) {
        if (openBlock(stream) && (oldest === null || stream.lastAt < oldest.lastAt)) oldest = stream;
      }
      if (oldest) first = Math.min(first ?? Number.POSITIVE_INFINITY, oldest.lastAt + timeoutOf(oldest));
    }
    return first;
  }

  /** Keeps what moved, with the blocks that go to D1, in one transaction. */
  commit({ changed, seen, outbox, at }: Moves): void {
    const save = () => {
      this.#store.saveStreams(changed);
      if (seen.length > 0)
        this.#store.saveBeat(
          seen.map(({ n }) => n),
          at,
        );
      this.#store.saveOutbox(outbox);
    };
    // Most heartbeats are one statement, which is a transaction by itself.
    if (changed.length === 0 && outbox.length === 0) save();
    else this.#storage.transactionSync(save);
    this.#remember(changed);
    for (const stream of seen) stream.lastAt = at;
  }

  /** Ends the blocks whose timeout has passed; says whether there were any. */
  expire(timeoutOf: (stream: NumberedStream) => number, now: number): boolean {
    const changed: NumberedStream[] = [];
    const outbox: OutboxBlock[] = [];
    for (const stream of this.all()) {
      const outcome = expire(stream, timeoutOf(stream), now);
      if (!outcome) continue;
      changed.push({ ...stream, ...outcome.stream });
      outbox.push(endedRow(stream, outcome.ended));
    }
    if (changed.length > 0) this.commit({ changed, seen: [], outbox, at: now });
    return changed.length > 0;
  }

  /** Folds heartbeats into their streams once they are many more than those, and forgets sources long silent. */
  compact(now: number): void {
    const all = this.all();
    const kept = all.filter((stream) => stream.lastAt >= now - FORGET_AFTER_MS);
    const isDue = this.#store.beatCount() > 2 * kept.length + LOOSE_BEATS;
    if (isDue || kept.length < all.length) this.#keep(kept);
  }

  /** Forgets the streams of identities, and what of them was on its way to D1. */
  forget(identityIds: Set<string>): void {
    this.#store.dropOutbox(identityIds);
    const all = this.all();
    const kept = all.filter(({ identityId }) => !identityIds.has(identityId));
    if (kept.length < all.length) this.#keep(kept);
  }

  /** Forgets all details, those on their way to D1 too. */
  forgetDetails(): void {
    const bare = this.all().flatMap((stream) =>
      stream.block?.details == null ? [] : [{ ...stream, block: { ...stream.block, details: null } }],
    );
    this.#storage.transactionSync(() => {
      this.#store.saveStreams(bare);
      this.#store.bareOutbox();
    });
    this.#remember(bare);
  }

  /** Leaves only these; the beats of all others go with them. */
  #keep(kept: NumberedStream[]): void {
    this.#storage.transactionSync(() => this.#store.compact(kept));
    this.#byTool.clear();
    this.#remember(kept);
  }

  #remember(streams: NumberedStream[]): void {
    for (const stream of streams) {
      const tool = toolOf(stream);
      const ofTool = this.#byTool.get(tool) ?? new Map<string, NumberedStream>();
      this.#byTool.set(tool, ofTool.set(stream.identityId, stream));
      this.#lastNumber = Math.max(this.#lastNumber, stream.n);
    }
  }
}
