import { DAY_MS } from "../../lib/duration.ts";
import { expire, openBlock } from "../blocks/block.ts";
import type { FoldResult } from "../heartbeat/fold.ts";
import { MAX_SOURCES } from "../heartbeat/heartbeat.ts";
import type { ObjectStore } from "./storage_store.ts";
import { type BlockWrite, endedBlockWrite, openBlockWrite, type StoredStream, sourceKey } from "./stored_stream.ts";

/** How many rows of `beats` may exist beyond two per stream before they are folded into the streams. */
const MAX_EXTRA_BEATS = 64;

/** How long a stream is kept after its last heartbeat, for its "last seen", in milliseconds. */
const KEEP_SILENT_MS = 90 * DAY_MS;

/** Changes of streams to store, and the blocks to send to D1 with them. `at`: when the streams in `seen` were seen. */
type StreamChanges = Pick<FoldResult, "changed" | "seen" | "outbox"> & { at: number };

type TimeoutOf = (integrationId: string) => number;

/** All streams of a team. Every change is written to storage first, and to memory only if that succeeded. */
export class Streams {
  readonly #storage: DurableObjectStorage;
  readonly #store: ObjectStore;
  /** By source key, and then by identity: a heartbeat is of one source, so its users need no composed keys. */
  readonly #bySource = new Map<string, Map<string, StoredStream>>();
  #lastNumber = 0;

  constructor(storage: DurableObjectStorage, store: ObjectStore) {
    this.#storage = storage;
    this.#store = store;
    this.#cache(store.readStreams());
  }

  /** Returns the streams of a source, by identity. */
  ofSource(key: string): ReadonlyMap<string, StoredStream> {
    return this.#bySource.get(key) ?? new Map();
  }

  /** Returns all streams. */
  all(): StoredStream[] {
    return [...this.#bySource.values()].flatMap((streams) => [...streams.values()]);
  }

  /** The number of the next new stream. */
  get nextNumber(): number {
    return this.#lastNumber + 1;
  }

  /** Returns the rows of all open blocks, or of those of some identities. */
  openBlocks(identityIds?: Set<string>): BlockWrite[] {
    return this.all().flatMap((stream) =>
      (identityIds?.has(stream.identityId) ?? true) ? (openBlockWrite(stream) ?? []) : [],
    );
  }

  /** Returns when the first of the open blocks times out, in UTC milliseconds; null where none is open. */
  nextTimeout(timeoutOf: TimeoutOf): number | null {
    let first: number | null = null;
    for (const streams of this.#bySource.values()) {
      // All streams of a source have the same timeout, so the one silent for longest is the first.
      let oldest: StoredStream | null = null;
      for (const stream of streams.values()) {
        if (openBlock(stream) && (oldest === null || stream.lastAt < oldest.lastAt)) oldest = stream;
      }
      if (oldest) first = Math.min(first ?? Number.POSITIVE_INFINITY, oldest.lastAt + timeoutOf(oldest.integrationId));
    }
    return first;
  }

  /** Stores changes, and adds blocks to the outbox, in one transaction. */
  commit({ changed, seen, outbox, at }: StreamChanges): void {
    const save = () => {
      this.#store.saveStreams(changed);
      if (seen.length > 0) this.#store.saveBeat(seen, at);
      this.#store.saveToOutbox(outbox);
    };
    // Most heartbeats write one row in one statement, which needs no transaction around it.
    if (changed.length === 0 && outbox.length === 0) save();
    else this.#storage.transactionSync(save);
    this.#cache(changed);
    for (const stream of seen) stream.lastAt = at;
  }

  /** Ends the blocks whose timeout has passed at `now`, UTC milliseconds. Returns whether there were any. */
  expire(timeoutOf: TimeoutOf, now: number): boolean {
    const changed: StoredStream[] = [];
    const outbox: BlockWrite[] = [];
    for (const stream of this.all()) {
      const outcome = expire(stream, timeoutOf(stream.integrationId), now);
      if (!outcome) continue;
      changed.push({ ...stream, ...outcome.stream });
      outbox.push(endedBlockWrite(stream, outcome.ended));
    }
    if (changed.length > 0) this.commit({ changed, seen: [], outbox, at: now });
    return changed.length > 0;
  }

  /** Folds the rows of `beats` into the streams when they have become many, and removes streams long silent. */
  compact(now: number): void {
    const all = this.all();
    const kept = all.filter((stream) => stream.lastAt >= now - KEEP_SILENT_MS);
    const hasManyBeats = this.#store.countBeats() > 2 * kept.length + MAX_EXTRA_BEATS;
    if (hasManyBeats || kept.length < all.length) this.#replaceAll(kept);
  }

  /**
   * Makes room for a source. Where it is new and its integration has MAX_SOURCES already, this ends the open blocks of the
   * source that was silent for longest, and removes its streams. Returns whether it did.
   */
  makeRoom(source: { integrationId: string; source: string }): boolean {
    if (this.#bySource.has(sourceKey(source))) return false;
    const ofIntegration = sourceKey({ ...source, source: "" });
    const sources = [...this.#bySource].filter(([key]) => key.startsWith(ofIntegration));
    if (sources.length < MAX_SOURCES) return false;
    const lastAt = (streams: Map<string, StoredStream>) =>
      [...streams.values()].reduce((latest, stream) => Math.max(latest, stream.lastAt), 0);
    const [key, streams] = sources.reduce((oldest, other) => (lastAt(other[1]) < lastAt(oldest[1]) ? other : oldest));
    const removed = [...streams.values()];
    const outbox = removed.flatMap((stream) => {
      const outcome = expire(stream, 0, Number.POSITIVE_INFINITY);
      return outcome ? [endedBlockWrite(stream, outcome.ended)] : [];
    });
    this.#storage.transactionSync(() => {
      this.#store.saveToOutbox(outbox);
      this.#store.removeStreams(removed.map(({ n }) => n));
    });
    this.#bySource.delete(key);
    return true;
  }

  /** Removes the streams of identities, and their blocks from the outbox. */
  removeIdentities(identityIds: Set<string>): void {
    this.#store.removeIdentitiesFromOutbox(identityIds);
    const all = this.all();
    const kept = all.filter(({ identityId }) => !identityIds.has(identityId));
    if (kept.length < all.length) this.#replaceAll(kept);
  }

  /** Removes all details, also from the outbox. */
  clearDetails(): void {
    const cleared = this.all().flatMap((stream) =>
      stream.block?.details == null ? [] : [{ ...stream, block: { ...stream.block, details: null } }],
    );
    this.#storage.transactionSync(() => {
      this.#store.saveStreams(cleared);
      this.#store.clearOutboxDetails();
    });
    this.#cache(cleared);
  }

  #replaceAll(streams: StoredStream[]): void {
    this.#storage.transactionSync(() => this.#store.replaceStreams(streams));
    this.#bySource.clear();
    this.#cache(streams);
  }

  #cache(streams: StoredStream[]): void {
    for (const stream of streams) {
      const key = sourceKey(stream);
      const ofSource = this.#bySource.get(key) ?? new Map<string, StoredStream>();
      this.#bySource.set(key, ofSource.set(stream.identityId, stream));
      this.#lastNumber = Math.max(this.#lastNumber, stream.n);
    }
  }
}
