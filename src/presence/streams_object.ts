import { expire, openBlock } from "./block.ts";
import {
  endedRow,
  type NumberedStream,
  type ObjectStore,
  type OutboxBlock,
  openRow,
  streamKey,
} from "./object_store.ts";

/** How many rows of heartbeats may gather beyond two for each stream before they are folded into the streams. */
const LOOSE_BEATS = 64;
/** How long a source that fell silent is remembered, for its "last seen": 90 days. */
const FORGET_AFTER_MS = 90 * 86_400_000;

/** What a heartbeat, or the time, did to streams: `changed` are the keys of those of which more than times did. */
type Moves = { moved: Map<string, NumberedStream>; changed: Set<string>; outbox: OutboxBlock[]; at: number };

/** The streams of a team's object: loaded once, and from then on in storage first, in memory only once that has gone well. */
export class Streams {
  readonly #storage: DurableObjectStorage;
  readonly #store: ObjectStore;
  readonly #byKey = new Map<string, NumberedStream>();
  #lastNumber = 0;

  constructor(storage: DurableObjectStorage, store: ObjectStore) {
    this.#storage = storage;
    this.#store = store;
    for (const stream of store.streams()) this.#remember(stream);
  }

  get(key: string): NumberedStream | undefined {
    return this.#byKey.get(key);
  }

  all(): NumberedStream[] {
    return [...this.#byKey.values()];
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

  /** Those with an open block, and the timeout of each. */
  waiting(timeoutOf: (stream: NumberedStream) => number): { lastAt: number; timeoutMs: number }[] {
    const open = this.all().filter((stream) => openBlock(stream));
    return open.map((stream) => ({ lastAt: stream.lastAt, timeoutMs: timeoutOf(stream) }));
  }

  /** Keeps what moved, with the blocks that go to D1, in one transaction. */
  commit({ moved, changed, outbox, at }: Moves): void {
    const seen = [...moved].filter(([key]) => !changed.has(key)).map(([, stream]) => stream.n);
    this.#storage.transactionSync(() => {
      this.#store.saveStreams([...changed].map((key) => moved.get(key)!));
      if (seen.length > 0) this.#store.saveBeat(seen, at);
      this.#store.saveOutbox(outbox);
    });
    for (const stream of moved.values()) this.#remember(stream);
  }

  /** Ends the blocks whose timeout has passed; says whether there were any. */
  expire(timeoutOf: (stream: NumberedStream) => number, now: number): boolean {
    const moved = new Map<string, NumberedStream>();
    const outbox: OutboxBlock[] = [];
    for (const [key, stream] of this.#byKey) {
      const outcome = expire(stream, timeoutOf(stream), now);
      if (!outcome) continue;
      moved.set(key, { ...stream, ...outcome.stream });
      outbox.push(endedRow(stream, outcome.ended));
    }
    if (moved.size > 0) this.commit({ moved, changed: new Set(moved.keys()), outbox, at: now });
    return moved.size > 0;
  }

  /** Folds heartbeats into their streams once they are many more than those, and forgets sources long silent. */
  compact(now: number): void {
    const kept = this.all().filter((stream) => stream.lastAt >= now - FORGET_AFTER_MS);
    const isDue = this.#store.beatCount() > 2 * kept.length + LOOSE_BEATS;
    if (isDue || kept.length < this.#byKey.size) this.#keep(kept);
  }

  /** Forgets the streams of identities, and what of them was on its way to D1. */
  forget(identityIds: Set<string>): void {
    this.#store.dropOutbox(identityIds);
    const kept = this.all().filter(({ identityId }) => !identityIds.has(identityId));
    if (kept.length < this.#byKey.size) this.#keep(kept);
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
    for (const stream of bare) this.#remember(stream);
  }

  /** Leaves only these; the beats of all others go with them. */
  #keep(kept: NumberedStream[]): void {
    this.#storage.transactionSync(() => this.#store.compact(kept));
    this.#byKey.clear();
    for (const stream of kept) this.#remember(stream);
  }

  #remember(stream: NumberedStream): void {
    this.#byKey.set(streamKey(stream), stream);
    this.#lastNumber = Math.max(this.#lastNumber, stream.n);
  }
}
