import { DAY_MS } from "../../lib/duration.ts";
import { expire, openBlock } from "../blocks/block.ts";
import type { OpenBlock } from "../blocks/block_row.ts";
import type { FoldResult } from "../heartbeat/fold.ts";
import { MAX_SOURCES } from "../heartbeat/heartbeat.ts";
import { isReference } from "./details_reference.ts";
import type { ObjectStore } from "./storage_store.ts";
import { type BlockWrite, endedBlockWrite, openBlockWrite, type StoredStream, sourceKey } from "./stored_stream.ts";

/** How many rows of `beats` may exist beyond two per stream before they are folded into the streams. */
const MAX_EXTRA_BEATS = 64;

/** How long a stream is kept after its last heartbeat, for its "last seen", in milliseconds. */
const KEEP_SILENT_MS = 90 * DAY_MS;

/** Changes of streams to store, and the blocks to send to D1 with them. `at`: when the streams in `seen` were seen. */
type StreamChanges = Pick<FoldResult, "changed" | "seen" | "outbox"> & { at: number };

type TimeoutOf = (integrationId: string) => number;

/**
 * All streams of a team. Every change is written to storage first, and to memory only if that succeeded. Memory has
 * references of long details (`toReference`); all that is stored or returned has their text.
 */
export class Streams {
  readonly #storage: DurableObjectStorage;
  readonly #store: ObjectStore;
  /** By source key, and then by identity: a heartbeat is of one source, so its users need no composed keys. */
  readonly #bySource = new Map<string, Map<string, StoredStream>>();
  readonly #byIdentity = new Map<string, StoredStream[]>();
  #lastNumber = 0;

  constructor(storage: DurableObjectStorage, store: ObjectStore) {
    this.#storage = storage;
    this.#store = store;
    for (const stream of store.readStreams()) this.#cache(stream);
  }

  /** Returns the streams of a source, by identity. */
  ofSource(key: string): ReadonlyMap<string, StoredStream> {
    return this.#bySource.get(key) ?? new Map();
  }

  /** Returns the streams of an identity, over all sources. */
  ofIdentity(identityId: string): readonly StoredStream[] {
    return this.#byIdentity.get(identityId) ?? [];
  }

  /** Iterates over all streams. */
  *all(): Generator<StoredStream> {
    for (const streams of this.#bySource.values()) yield* streams.values();
  }

  /** The number of the next new stream. */
  get nextNumber(): number {
    return this.#lastNumber + 1;
  }

  /** Counts the open blocks. */
  countOpen(): number {
    let count = 0;
    for (const stream of this.all()) if (openBlock(stream)) count += 1;
    return count;
  }

  /** Iterates over the rows of the open blocks of an identity. Reads the details of each as it comes to it. */
  *openBlocksOf(identityId: string): Generator<BlockWrite> {
    for (const stream of this.ofIdentity(identityId)) yield* this.#openBlock(stream);
  }

  /** Iterates over the open blocks of streams with a number above `n`, in the order of these numbers. */
  *openBlocksAfter(n: number): Generator<{ n: number; block: BlockWrite }> {
    const streams = [...this.all()].filter((stream) => stream.n > n).sort((a, b) => a.n - b.n);
    for (const stream of streams) for (const block of this.#openBlock(stream)) yield { n: stream.n, block };
  }

  *#openBlock(stream: StoredStream): Generator<BlockWrite> {
    const block = openBlockWrite(stream);
    if (block) yield this.#withText(block, stream.n);
  }

  /** Returns the present state of those of the blocks that are open. Without `withDetails`, the details are null. */
  findOpen(blockIds: ReadonlySet<string>, withDetails: boolean): OpenBlock[] {
    const found: OpenBlock[] = [];
    for (const stream of this.all()) {
      const id = openBlock(stream)?.id;
      if (id === undefined || !blockIds.has(id)) continue;
      const details = withDetails ? this.#withText(stream.block!, stream.n).details : null;
      found.push({ id, lastSeenAt: stream.lastAt, details });
    }
    return found;
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

  /**
   * Stores changes, and adds blocks to the outbox, in one transaction. `texts` has the new long details by their references;
   * all others are in storage.
   */
  commit({ changed, seen, outbox, at }: StreamChanges, texts: ReadonlyMap<string, string> = new Map()): void {
    const save = () => {
      // The outbox first: it may need details that the streams then replace.
      if (outbox.length > 0) this.#store.saveToOutbox(this.#outboxRows(outbox, texts));
      this.#store.saveStreams(this.#streamRows(changed, texts));
      if (seen.length > 0) this.#store.saveBeat(seen, at);
    };
    // Most heartbeats write one row in one statement, which needs no transaction around it.
    if (changed.length === 0 && outbox.length === 0) save();
    else this.#storage.transactionSync(save);
    for (const stream of changed) this.#cache(stream);
    for (const stream of seen) stream.lastAt = at;
  }

  *#outboxRows(blocks: BlockWrite[], texts: ReadonlyMap<string, string>): Generator<BlockWrite> {
    for (const block of blocks) {
      yield this.#withText(block, this.ofSource(sourceKey(block)).get(block.identityId)?.n, texts);
    }
  }

  *#streamRows(streams: StoredStream[], texts: ReadonlyMap<string, string>): Generator<StoredStream> {
    for (const stream of streams) {
      yield stream.block ? { ...stream, block: this.#withText(stream.block, stream.n, texts) } : stream;
    }
  }

  /** Replaces a reference of details by their text: that of this heartbeat, else that in storage. `n`: their stream. */
  #withText<T extends { details: string | null }>(row: T, n = 0, texts: ReadonlyMap<string, string> = new Map()): T {
    if (!isReference(row.details)) return row;
    return { ...row, details: texts.get(row.details) ?? this.#store.readDetails(n) };
  }

  /** Ends the blocks whose timeout has passed at `now`, UTC milliseconds. Returns the identities with such blocks. */
  expire(timeoutOf: TimeoutOf, now: number): string[] {
    // Every request asks: most find nothing, and need not look at each stream.
    if ((this.nextTimeout(timeoutOf) ?? now) >= now) return [];
    const changed: StoredStream[] = [];
    const outbox: BlockWrite[] = [];
    for (const stream of this.all()) {
      const outcome = expire(stream, timeoutOf(stream.integrationId), now);
      if (!outcome) continue;
      changed.push({ ...stream, ...outcome.stream });
      outbox.push(endedBlockWrite(stream, outcome.ended));
    }
    if (changed.length > 0) this.commit({ changed, seen: [], outbox, at: now });
    return changed.map(({ identityId }) => identityId);
  }

  /** Folds the rows of `beats` into the streams when they have become many, and removes streams long silent. */
  compact(now: number): void {
    const silent = [...this.all()].filter((stream) => stream.lastAt < now - KEEP_SILENT_MS);
    const kept = this.#size() - silent.length;
    const hasManyBeats = this.#store.countBeats() > 2 * kept + MAX_EXTRA_BEATS;
    if (hasManyBeats || silent.length > 0) this.#remove(silent);
  }

  /**
   * Makes room for a source. Where it is new and its integration has MAX_SOURCES already, this ends the open blocks of the
   * source that was silent for longest, and removes its streams. Returns the identities that it had; none where it did not.
   */
  makeRoom(source: { integrationId: string; source: string }): string[] {
    if (this.ofSource(sourceKey(source)).size > 0) return [];
    const ofIntegration = sourceKey({ ...source, source: "" });
    const sources = [...this.#bySource].flatMap(([key, streams]) =>
      key.startsWith(ofIntegration) && streams.size > 0 ? [[...streams.values()]] : [],
    );
    if (sources.length < MAX_SOURCES) return [];
    const lastAt = (streams: StoredStream[]) => streams.reduce((latest, stream) => Math.max(latest, stream.lastAt), 0);
    const removed = sources.reduce((oldest, other) => (lastAt(other) < lastAt(oldest) ? other : oldest));
    const outbox = removed.flatMap((stream) => {
      const outcome = expire(stream, 0, Number.POSITIVE_INFINITY);
      return outcome ? [endedBlockWrite(stream, outcome.ended)] : [];
    });
    this.#storage.transactionSync(() => {
      this.#store.saveToOutbox(this.#outboxRows(outbox, new Map()));
      this.#store.removeStreams(removed.map(({ n }) => n));
    });
    this.#forget(removed);
    return removed.map(({ identityId }) => identityId);
  }

  /** Removes the streams of identities, and their blocks from the outbox. */
  removeIdentities(identityIds: Set<string>): void {
    this.#store.removeIdentitiesFromOutbox(identityIds);
    const removed = [...identityIds].flatMap((id) => this.ofIdentity(id));
    if (removed.length > 0) this.#remove(removed);
  }

  /** Removes all details, also from the outbox. */
  clearDetails(): void {
    const cleared: StoredStream[] = [];
    for (const stream of this.all()) {
      if (stream.block?.details != null) cleared.push({ ...stream, block: { ...stream.block, details: null } });
    }
    this.#storage.transactionSync(() => {
      this.#store.saveStreams(cleared);
      this.#store.clearOutboxDetails();
    });
    for (const stream of cleared) this.#cache(stream);
  }

  /** Removes streams. Their numbers may be used again, so no row of `beats` may be left that has one. */
  #remove(removed: readonly StoredStream[]): void {
    const numbers = new Set(removed.map(({ n }) => n));
    this.#storage.transactionSync(() => {
      this.#store.removeStreams([...numbers]);
      this.#store.foldBeats([...this.all()].filter(({ n }) => !numbers.has(n)));
    });
    this.#forget(removed);
  }

  #forget(removed: readonly StoredStream[]): void {
    for (const stream of removed) {
      this.#bySource.get(sourceKey(stream))!.delete(stream.identityId);
      const others = this.ofIdentity(stream.identityId).filter(({ n }) => n !== stream.n);
      if (others.length > 0) this.#byIdentity.set(stream.identityId, others);
      else this.#byIdentity.delete(stream.identityId);
    }
  }

  #size(): number {
    let size = 0;
    for (const streams of this.#bySource.values()) size += streams.size;
    return size;
  }

  #cache(stream: StoredStream): void {
    const key = sourceKey(stream);
    const ofSource = this.#bySource.get(key) ?? new Map<string, StoredStream>();
    this.#bySource.set(key, ofSource.set(stream.identityId, stream));
    const others = this.ofIdentity(stream.identityId).filter(({ n }) => n !== stream.n);
    this.#byIdentity.set(stream.identityId, [...others, stream]);
    this.#lastNumber = Math.max(this.#lastNumber, stream.n);
  }
}
