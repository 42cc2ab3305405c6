import { type Database, databaseOf } from "../../db/client.ts";
import { pages } from "../../lib/pages.ts";
import { type NewIdentityState, readNewIdentityState } from "../../people/identity_count_store.ts";
import { removeOrphans, saveBlocks } from "../blocks/store.ts";
import { teamExists } from "./d1_store.ts";
import type { Directory } from "./directory_object.ts";
import type { ObjectStore } from "./storage_store.ts";
import type { BlockWrite } from "./stored_stream.ts";
import type { Streams } from "./streams_object.ts";
import { SyncQueue } from "./sync_queue_object.ts";
import { INACTIVE_TIMEOUT_MS, type TeamRecord } from "./team_record.ts";
import { CHECKPOINT_MS, clampToNow } from "./wake_time.ts";

/**
 * The most pages of blocks that one run sends to D1, each one statement of at most 400,000 characters: 10 million characters,
 * and fewer queries than the platform's smallest plan allows an invocation. What is left follows at the next alarm, at once.
 */
const PAGES_PER_RUN = 25;

/** The parts of the object that are exchanged with D1, and the callbacks for what D1 answers. */
type Parts = {
  env: Env;
  store: ObjectStore;
  directory: Directory;
  streams: Streams;
  /** The object's team; null before its first heartbeat and once it is erased. */
  team: () => TeamRecord | null;
  /** Called when people, or how statuses count, are different from before. */
  onChange: () => void;
  /** Called with the integrations that are inactive or removed, each time the settings were read. */
  onInactive: (integrationIds: string[]) => void;
};

/**
 * Everything a team's object exchanges with D1: the directory, the outbox of blocks and the checkpoint of open blocks. See
 * README.md for what happens when D1, the object or the alarm fails.
 */
export class D1Sync {
  readonly #parts: Parts;
  readonly #queue = new SyncQueue(() => this.#startExchanges());
  /** Identities that D1 erased while blocks of theirs may have been on the way there. */
  #erasedIds: string[] = [];
  /** The number of the last stream that the checkpoint under way has written; 0 where none is under way. */
  #checkpointed = 0;
  /** The exchange of the directory that is under way. It never rejects. */
  #directoryExchange: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** When D1 may be asked again, in UTC milliseconds; 0 while it answers. */
  get retryAt(): number {
    return this.#queue.retryAt;
  }

  /** Lets the next exchange run at once, however often D1 has failed. */
  retryNow(): void {
    this.#queue.retryNow();
  }

  /** Whether something waits to be sent to D1. */
  hasUnsent(): boolean {
    return this.#parts.store.outboxSize() > 0 || this.#parts.directory.hasPending() || this.#erasedIds.length > 0;
  }

  /**
   * Sends what waits, up to PAGES_PER_RUN pages of blocks. If D1 fails, this is logged, and what was not sent waits for the
   * next try.
   */
  async flush(): Promise<void> {
    await this.#queue.run();
  }

  /**
   * Flushes, and then sends the blocks of some identities, up to PAGES_PER_RUN pages: those that wait, and the last
   * heartbeats of those that are open. Throws what D1 throws at the second step.
   */
  async flushIdentities(identityIds: Set<string>): Promise<void> {
    await this.#queue.runThen(async () => {
      const pagesLeft = await this.#sendOutbox(PAGES_PER_RUN, identityIds);
      await this.#savePages(this.#openBlocksOf(identityIds), pagesLeft);
    });
  }

  *#openBlocksOf(identityIds: Set<string>): Generator<BlockWrite> {
    for (const id of identityIds) yield* this.#parts.streams.openBlocksOf(id);
  }

  /**
   * Exchanges the directory alone and without waiting for the queue, so that new people are listed at once. Does nothing
   * before `retryAt`. Failures are logged.
   */
  async syncDirectory(version: number): Promise<void> {
    const team = this.#parts.team();
    const isNeeded = () => team && Date.now() >= this.retryAt && !this.#parts.directory.isCurrent(team, version);
    // The exchange under way may bring what this one needs: many requests at once read a large directory once.
    while (isNeeded() && this.#directoryExchange) await this.#directoryExchange;
    if (!team || !isNeeded()) return;
    this.#directoryExchange = this.#exchangeDirectory(team, version)
      .catch((error) => this.#queue.backOff(error))
      .finally(() => {
        this.#directoryExchange = null;
      });
    await this.#directoryExchange;
  }

  /**
   * Asks D1 which identities exist, and how many an integration has created today. While D1 does not answer, none exists and
   * none is counted: the object has its own count.
   */
  async readNewIdentityState(
    team: TeamRecord,
    integrationId: string,
    identityIds: string[],
  ): Promise<NewIdentityState> {
    const unknown = { existing: new Set<string>(), created: 0 };
    if (Date.now() < this.retryAt) return unknown;
    try {
      return await readNewIdentityState(this.#db(team), team, { integrationId }, identityIds, Date.now());
    } catch (error) {
      this.#queue.backOff(error);
      return unknown;
    }
  }

  /** Removes everything about identities from the object. What has been sent to D1 already stays there. */
  removeIdentities(identityIds: Set<string>): void {
    if (identityIds.size === 0) return;
    this.#parts.directory.remove(identityIds);
    this.#parts.streams.removeIdentities(identityIds);
    this.#parts.onChange();
  }

  /**
   * Whether the team was erased from D1 before its first heartbeat reached this object: while D1 is away, a cached key is
   * still accepted. False while D1 does not answer.
   */
  async isTeamErased(): Promise<boolean> {
    const team = this.#parts.team();
    // Once D1 has answered for a team, its erasure calls the object. If the team is missing later, the Worker is more likely
    // bound to the wrong database.
    if (team?.directoryVersion !== 0) return false;
    return !(await teamExists(this.#db(team), team).catch(() => true));
  }

  /** Returns when the team's open blocks are written to D1 next, in UTC milliseconds. */
  checkpointAt(team: TeamRecord): number {
    return clampToNow(team.checkpointAt, Date.now(), CHECKPOINT_MS);
  }

  /** Two exchanges: a failure to read the directory must not keep blocks from D1. */
  #startExchanges(): Promise<unknown>[] {
    const team = this.#parts.team();
    return team ? [this.#exchangeDirectory(team, team.directoryVersion), this.#sendBlocks(team)] : [];
  }

  /** Exchanges the directory, and applies what D1 answers to the other parts. Throws what D1 throws. */
  async #exchangeDirectory(team: TeamRecord, version: number): Promise<void> {
    const { directory, streams, onChange, onInactive } = this.#parts;
    const timeoutsBefore = team.timeouts;
    const sync = () => directory.sync(this.#db(team), team, version, Date.now());
    let { isChanged, erased } = await sync();
    while (erased.size > 0) {
      this.#erasedIds.push(...erased);
      this.removeIdentities(erased);
      ({ isChanged, erased } = await sync());
    }
    // A new object means that the settings were read; most heartbeats need no read.
    if (team.timeouts !== timeoutsBefore) {
      onInactive(Object.keys(team.timeouts).filter((id) => team.timeouts[id] === INACTIVE_TIMEOUT_MS));
      if (!team.storesDetails) streams.clearDetails();
    }
    if (isChanged) onChange();
  }

  /** Sends the outbox, then the checkpoint if it is due. Throws what D1 throws. */
  async #sendBlocks(team: TeamRecord): Promise<void> {
    const pagesLeft = await this.#sendOutbox(PAGES_PER_RUN);
    if (pagesLeft > 0 && Date.now() >= this.checkpointAt(team)) await this.#checkpoint(team, pagesLeft);
    await this.#removeErasedBlocks(team);
  }

  /** Sends up to `maxPages` pages of the outbox, or of some identities in it. Returns how many pages fewer were needed. */
  async #sendOutbox(maxPages: number, identityIds?: Set<string>): Promise<number> {
    const { store } = this.#parts;
    for (let pagesLeft = maxPages; pagesLeft > 0; pagesLeft--) {
      const page = store.readOutboxPage(identityIds);
      if (page.length === 0) return pagesLeft;
      await this.#save(page);
      store.removeSent(page);
    }
    return 0;
  }

  /** Writes up to `maxPages` pages of the open blocks, so that statistics count them up to now. The next run continues. */
  async #checkpoint(team: TeamRecord, maxPages: number): Promise<void> {
    let pagesLeft = maxPages;
    for (const page of pages(this.#parts.streams.openBlocksAfter(this.#checkpointed))) {
      if (pagesLeft-- === 0) return;
      await this.#save(page.map(({ block }) => block));
      this.#checkpointed = page.at(-1)!.n;
    }
    this.#checkpointed = 0;
    team.checkpointAt = Date.now() + CHECKPOINT_MS;
    this.#parts.store.saveTeam(team);
  }

  /** Removes blocks that reached D1 after their identities were erased there. */
  async #removeErasedBlocks(team: TeamRecord): Promise<void> {
    const [page = []] = pages(this.#erasedIds);
    await removeOrphans(this.#db(team), team, page);
    this.#erasedIds = this.#erasedIds.slice(page.length);
  }

  /** Writes up to `maxPages` pages of blocks to D1. */
  async #savePages(blocks: Iterable<BlockWrite>, maxPages: number): Promise<void> {
    let pagesLeft = maxPages;
    for (const page of pages(blocks)) {
      if (pagesLeft-- === 0) return;
      await this.#save(page);
    }
  }

  /** Writes a page of blocks to D1; none once the team is erased. */
  async #save(page: BlockWrite[]): Promise<void> {
    const team = this.#parts.team();
    if (team && page.length > 0) await saveBlocks(this.#db(team), team, page);
  }

  #db(team: TeamRecord): Database {
    return databaseOf(this.#parts.env, team.accountId);
  }
}
