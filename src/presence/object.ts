import { DurableObject } from "cloudflare:workers";
import { database } from "../db/client.ts";
import { newId } from "../lib/id.ts";
import { pages } from "../lib/pages.ts";
import { Alarm } from "./alarm_object.ts";
import { beat, expire, openBlock } from "./block.ts";
import { byPerson, type PersonPresence } from "./current.ts";
import { CHECKPOINT_MS, nextWake } from "./deadline.ts";
import { Directory } from "./directory_store.ts";
import {
  endedRow,
  type NumberedStream,
  ObjectStore,
  type OutboxBlock,
  openRow,
  streamKey,
  type Team,
} from "./object_store.ts";
import { Sender } from "./sender_object.ts";
import { SILENCED, saveBlocks } from "./store.ts";
import type { Heartbeat, HeartbeatUser } from "./update.ts";
import { Viewers } from "./viewers_object.ts";
import type { OpenBlock } from "./work.ts";

/** What operators watch of a team's object. `heartbeats` is a count since the instant `since`, at which the object woke. */
export type ObjectMetrics = Record<"present" | "openBlocks" | "outbox" | "viewers" | "heartbeats" | "since", number>;

/** How many rows of heartbeats may gather beyond two for each stream before they are folded into the streams. */
const LOOSE_BEATS = 64;
/** How long a source that fell silent is remembered, for its "last seen": 90 days. */
const FORGET_AFTER_MS = 90 * 86_400_000;

/**
 * Live presence of one team. Owns its open blocks: loads, calls block.ts, stores, schedules, tells viewers. Storage wins
 * over memory: everything here can be read again from the object's own SQLite after an eviction.
 */
export class TeamPresence extends DurableObject<Env> {
  readonly #store: ObjectStore;
  readonly #directory: Directory;
  readonly #streams = new Map<string, NumberedStream>();
  readonly #viewers: Viewers;
  readonly #alarm: Alarm;
  readonly #since = Date.now();
  #heartbeats = 0;
  readonly #sender = new Sender(() => this.#exchanges());
  #team: Team | null;
  #lastNumber = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new ObjectStore(ctx.storage.sql);
    this.#directory = new Directory(this.#store, database(env.DB));
    this.#alarm = new Alarm(ctx.storage);
    this.#team = this.#store.team();
    for (const stream of this.#store.streams()) {
      this.#streams.set(streamKey(stream), stream);
      this.#lastNumber = Math.max(this.#lastNumber, stream.n);
    }
    this.#viewers = new Viewers(ctx);
    if (this.#viewers.isWatched()) this.#viewers.resume(this.#people());
  }

  /** Takes in one update. It is durable in the object when this returns, whether or not D1 can be reached. */
  async heartbeat(update: Heartbeat): Promise<void> {
    this.#adopt(update);
    await this.#directory.recognise(update.accountId, update.users, toolOf(update));
    const changed = this.#apply(update);
    await this.#meet(update.directoryVersion);
    if (changed) this.#broadcast();
    await this.#alarm.advance(this.#nextWake());
    this.#heartbeats += 1;
  }

  /** Everybody this team's tools have ever named, as they are now. */
  async people(directoryVersion: number): Promise<PersonPresence[]> {
    await this.#refresh(directoryVersion);
    return this.#people();
  }

  /**
   * Brings D1 up to date with every block that opened or ended, and gives the last heartbeat and details of each open one,
   * which D1 only learns at checkpoints: and now, where they are of the person named.
   */
  async settle(directoryVersion: number, personId?: string): Promise<OpenBlock[]> {
    await this.#refresh(directoryVersion);
    await this.#sender.drain();
    if (personId) await this.#save(this.#open(this.#directory.identitiesOf(personId)));
    return this.#open().map(({ id, lastSeenAt, details }) => ({ id, lastSeenAt, details }));
  }

  /** Does what is due: the cron's call, for objects whose alarm was lost or whose integrations have changed. */
  async wake(directoryVersion = 0): Promise<void> {
    if (!this.#team) return;
    this.#sender.retryAt = 0;
    await this.#refresh(directoryVersion);
    await this.#work();
    await this.#alarm.advance(this.#nextWake());
  }

  /** What there is of this team now, as numbers. */
  async metrics(directoryVersion: number): Promise<ObjectMetrics> {
    await this.#refresh(directoryVersion);
    return {
      present: this.#people().filter(({ present }) => present).length,
      openBlocks: this.#open().length,
      outbox: this.#store.outboxSize(),
      viewers: this.ctx.getWebSockets().length,
      heartbeats: this.#heartbeats,
      since: this.#since,
    };
  }

  override async alarm(): Promise<void> {
    await this.#alarm.secure();
    await this.#work();
    await this.#alarm.set(this.#nextWake());
  }

  /** A live viewer: a snapshot now, then only what changes. Reached through the guarded route alone. */
  override async fetch(request: Request): Promise<Response> {
    await this.#refresh(Number(request.headers.get("X-Directory-Version")));
    return this.#viewers.welcome(this.#people(), request.headers.get("X-Viewer")!);
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    // 1005 says that the viewer gave no code, 1006 that it vanished: neither may be sent.
    if (code !== 1006) socket.close(code === 1005 ? 1000 : code, reason);
  }

  #adopt({ accountId, teamId, integrationId, timeoutMs }: Heartbeat): void {
    this.#team ??= this.#store.beginTeam({ accountId, teamId, checkpointAt: Date.now() + CHECKPOINT_MS });
    if (this.#team.timeouts[integrationId] === timeoutMs) return;
    this.#team.timeouts[integrationId] = timeoutMs;
    this.#store.saveTeam(this.#team);
  }

  /** Folds an update into the streams, and says whether anything but times and details changed. */
  #apply({ integrationId, timeoutMs, source, at, users }: Heartbeat): boolean {
    const moved = new Map<string, NumberedStream>();
    const changed = new Set<string>();
    let isVisible = false;
    const outbox = new Map<string, OutboxBlock>();
    const heard: HeartbeatUser[] = [];
    let number = this.#lastNumber;
    for (const user of users) {
      const named = { identityId: this.#directory.identityOf(user.identifier), integrationId, source };
      const key = streamKey(named);
      const before = moved.get(key) ?? this.#streams.get(key) ?? null;
      const outcome = beat(before, { at, status: user.status, details: user.details }, timeoutMs, newId);
      if (outcome.kind === "stale") continue;
      heard.push(user);
      if (outcome.kind === "same" && before?.lastAt === at) continue;
      if (!before) number += 1;
      const stream = { ...outcome.stream, ...named, n: before?.n ?? number };
      moved.set(key, stream);
      if (outcome.kind === "same") continue;
      changed.add(key);
      // Details alone reach D1 with the next checkpoint: a tool may have new ones at every heartbeat.
      if (outcome.kind === "detailed") continue;
      isVisible = true;
      if (outcome.ended) outbox.set(outcome.ended.id, endedRow(stream, outcome.ended));
      const open = openRow(stream);
      if (open) outbox.set(open.id, open);
    }
    this.#directory.describe(heard, toolOf({ integrationId, source }));
    this.#commit(moved, changed, [...outbox.values()], at);
    this.#lastNumber = number;
    return isVisible;
  }

  /** Ends the blocks whose timeout has passed. */
  #expire(now: number): boolean {
    const moved = new Map<string, NumberedStream>();
    const outbox: OutboxBlock[] = [];
    for (const [key, stream] of this.#streams) {
      const outcome = expire(stream, this.#timeoutOf(stream), now);
      if (!outcome) continue;
      moved.set(key, { ...stream, ...outcome.stream });
      outbox.push(endedRow(stream, outcome.ended));
    }
    if (moved.size > 0) this.#commit(moved, new Set(moved.keys()), outbox, now);
    return moved.size > 0;
  }

  /** Storage first, in one transaction; memory only once that has gone well. */
  #commit(moved: Map<string, NumberedStream>, changed: Set<string>, outbox: OutboxBlock[], at: number): void {
    const seen = [...moved].filter(([key]) => !changed.has(key)).map(([, stream]) => stream.n);
    this.ctx.storage.transactionSync(() => {
      this.#store.saveStreams([...changed].map((key) => moved.get(key)!));
      if (seen.length > 0) this.#store.saveBeat(seen, at);
      this.#store.saveOutbox(outbox);
    });
    for (const [key, stream] of moved) this.#streams.set(key, stream);
  }

  /** Folds heartbeats into their streams once they are many more than those, and forgets sources long silent. */
  #compact(): void {
    const silent = [...this.#streams].filter(([, stream]) => stream.lastAt < Date.now() - FORGET_AFTER_MS);
    if (silent.length === 0 && this.#store.beatCount() <= 2 * this.#streams.size + LOOSE_BEATS) return;
    for (const [key] of silent) this.#streams.delete(key);
    this.ctx.storage.transactionSync(() => this.#store.compact([...this.#streams.values()]));
  }

  /** What is due now: timeouts, then D1. Comes round at every checkpoint, and so often enough for tidying too. */
  async #work(): Promise<void> {
    if (this.#expire(Date.now())) this.#broadcast();
    this.#compact();
    await this.#sender.drain();
  }

  async #refresh(directoryVersion: number): Promise<void> {
    await this.#meet(directoryVersion);
    if (this.#expire(Date.now())) this.#broadcast();
  }

  /** Settles who is who, so that newcomers show at once; while D1 is away the alarm keeps trying. */
  async #meet(directoryVersion: number): Promise<void> {
    if (!this.#team || Date.now() < this.#sender.retryAt) return;
    try {
      await this.#learn(this.#team, directoryVersion);
    } catch (error) {
      this.#sender.postpone(error);
    }
  }

  /** Exchanges news with D1, and sees to what they mean for viewers. Throws what D1 throws. */
  async #learn(team: Team, directoryVersion: number): Promise<void> {
    const known = team.timeouts;
    const isChanged = await this.#directory.settle(team, directoryVersion, Date.now());
    // Every reading brings them anew; most heartbeats need none.
    if (team.timeouts !== known) {
      this.#viewers.turnAway(Object.keys(team.timeouts).filter((id) => team.timeouts[id] === SILENCED));
    }
    if (isChanged) this.#broadcast();
  }

  /** Blocks need no directory, and who cannot be settled must not keep them here. */
  #exchanges(): Promise<unknown>[] {
    return this.#team ? [this.#learn(this.#team, this.#team.directoryVersion), this.#sendBlocks(this.#team)] : [];
  }

  async #sendBlocks(team: Team): Promise<void> {
    for (let page = this.#store.outbox(); page.length > 0; page = this.#store.outbox()) {
      await this.#save(page);
      this.#store.forgetOutbox(page);
    }
    if (Date.now() >= team.checkpointAt) await this.#checkpoint(team);
  }

  async #checkpoint(team: Team): Promise<void> {
    await this.#save(this.#open());
    team.checkpointAt = Date.now() + CHECKPOINT_MS;
    this.#store.saveTeam(team);
  }

  async #save(blocks: OutboxBlock[]): Promise<void> {
    for (const page of pages(blocks)) await saveBlocks(database(this.env.DB), this.#team!, page);
  }

  /** Every open block as D1 should have it; of these identities only, where some are named. */
  #open(identityIds?: Set<string>): OutboxBlock[] {
    const streams = [...this.#streams.values()].filter(({ identityId }) => identityIds?.has(identityId) ?? true);
    return streams.flatMap((stream) => openRow(stream) ?? []);
  }

  #people(): PersonPresence[] {
    return byPerson(this.#directory.known(), this.#streams.values(), this.#team?.statusClasses ?? {});
  }

  #broadcast(): void {
    this.#viewers.show(() => this.#people());
  }

  #timeoutOf({ integrationId }: NumberedStream): number {
    return this.#team?.timeouts[integrationId] ?? SILENCED;
  }

  #nextWake(): number | null {
    if (!this.#team) return null;
    const open = [...this.#streams.values()]
      .filter((stream) => openBlock(stream))
      .map((stream) => ({ lastAt: stream.lastAt, timeoutMs: this.#timeoutOf(stream) }));
    const isWaiting = this.#store.outboxSize() > 0 || this.#directory.isPending();
    return nextWake({ open, isWaiting, checkpointAt: this.#team.checkpointAt, retryAt: this.#sender.retryAt });
  }
}

/** What a tool is to the directory: one source of one integration. */
const toolOf = ({ integrationId, source }: { integrationId: string; source: string }): string =>
  `${integrationId}|${source}`;
