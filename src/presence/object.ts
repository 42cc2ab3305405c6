import { DurableObject } from "cloudflare:workers";
import { database } from "../db/client.ts";
import { newId } from "../lib/id.ts";
import { formatInstant } from "../lib/instant.ts";
import { pages } from "../lib/pages.ts";
import { rootCause } from "../lib/root_cause.ts";
import { beat, expire, openBlock } from "./block.ts";
import { byPerson, changes, type PersonPresence } from "./current.ts";
import { CHECKPOINT_MS, nextWake, retryDelay } from "./deadline.ts";
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
import { saveBlocks } from "./store.ts";
import type { Heartbeat, HeartbeatUser } from "./update.ts";

/** An alarm whose handler fails is tried again by the platform only six times; this one comes on its own. */
const SAFETY_ALARM_MS = 60_000;
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
  readonly #timeouts: Map<string, number>;
  #team: Team | null;
  #lastNumber = 0;
  #failures = 0;
  #retryAt = 0;
  #draining: Promise<void> | null = null;
  /** What viewers were last shown; null while nobody watches. */
  #shown: Map<string, PersonPresence> | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new ObjectStore(ctx.storage.sql);
    this.#directory = new Directory(this.#store, database(env.DB));
    this.#team = this.#store.team();
    this.#timeouts = this.#store.timeouts();
    for (const stream of this.#store.streams()) {
      this.#streams.set(streamKey(stream), stream);
      this.#lastNumber = Math.max(this.#lastNumber, stream.n);
    }
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    if (ctx.getWebSockets().length > 0) this.#shown = new Map(this.#people().map((p) => [p.person_id, p]));
  }

  /** Takes in one update. It is durable in the object when this returns, whether or not D1 can be reached. */
  async heartbeat(update: Heartbeat): Promise<void> {
    this.#adopt(update);
    await this.#directory.recognise(update.accountId, update.users);
    const changed = this.#apply(update);
    const renamed = await this.#meet(update.directoryVersion);
    if (changed || renamed) this.#broadcast();
    await this.#arm();
  }

  /** Everybody this team's tools have ever named, as they are now. */
  async people(directoryVersion: number): Promise<PersonPresence[]> {
    await this.#refresh(directoryVersion);
    return this.#people();
  }

  /**
   * Brings D1 up to date with every block that opened or ended, and gives the last heartbeat of each open one, which D1
   * only learns at checkpoints.
   */
  async settle(directoryVersion: number): Promise<{ id: string; lastSeenAt: number }[]> {
    await this.#refresh(directoryVersion);
    await this.#drain();
    return this.#open().map(({ id, lastSeenAt }) => ({ id, lastSeenAt }));
  }

  /** Does what is due: the cron's call, for objects whose alarm was lost. */
  async wake(): Promise<void> {
    if (!this.#team) return;
    this.#retryAt = 0;
    await this.#work();
    await this.#arm();
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + SAFETY_ALARM_MS);
    await this.#work();
    const wake = this.#nextWake();
    await (wake === null ? this.ctx.storage.deleteAlarm() : this.ctx.storage.setAlarm(Math.max(wake, Date.now())));
  }

  /** A live viewer: a snapshot now, then only what changes. Reached through the guarded route alone. */
  override async fetch(request: Request): Promise<Response> {
    await this.#refresh(Number(request.headers.get("X-Directory-Version")));
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    const people = this.#people();
    this.#shown ??= new Map(people.map((p) => [p.person_id, p]));
    server.send(JSON.stringify({ type: "snapshot", at: formatInstant(Date.now()), data: people }));
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    // 1005 says that the viewer gave no code, 1006 that it vanished: neither may be sent.
    if (code !== 1006) socket.close(code === 1005 ? 1000 : code, reason);
  }

  #adopt({ accountId, teamId, integrationId, timeoutMs }: Heartbeat): void {
    this.#team ??= this.#store.beginTeam({ accountId, teamId, checkpointAt: Date.now() + CHECKPOINT_MS });
    if (this.#timeouts.get(integrationId) === timeoutMs) return;
    this.#store.saveTimeout(integrationId, timeoutMs);
    this.#timeouts.set(integrationId, timeoutMs);
  }

  /** Folds an update into the streams, and says whether anything but times changed. */
  #apply({ integrationId, timeoutMs, source, at, users }: Heartbeat): boolean {
    const moved = new Map<string, NumberedStream>();
    const changed = new Set<string>();
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
      if (outcome.ended) outbox.set(outcome.ended.id, endedRow(stream, outcome.ended));
      const open = openRow(stream);
      if (open) outbox.set(open.id, open);
    }
    this.#directory.describe(heard);
    this.#commit(moved, changed, [...outbox.values()], at);
    this.#lastNumber = number;
    return changed.size > 0;
  }

  /** Ends the blocks whose timeout has passed. */
  #expire(now: number): boolean {
    const moved = new Map<string, NumberedStream>();
    const outbox: OutboxBlock[] = [];
    for (const [key, stream] of this.#streams) {
      const outcome = expire(stream, this.#timeouts.get(stream.integrationId)!, now);
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
    if (this.#store.beatCount() <= 2 * this.#streams.size + LOOSE_BEATS) return;
    for (const [key, stream] of this.#streams) {
      if (stream.lastAt < Date.now() - FORGET_AFTER_MS) this.#streams.delete(key);
    }
    this.ctx.storage.transactionSync(() => this.#store.compact([...this.#streams.values()]));
  }

  /** What is due now: timeouts, then D1. Comes round at every checkpoint, and so often enough for tidying too. */
  async #work(): Promise<void> {
    if (this.#expire(Date.now())) this.#broadcast();
    this.#compact();
    await this.#drain();
  }

  async #refresh(directoryVersion: number): Promise<void> {
    const expired = this.#expire(Date.now());
    const renamed = await this.#meet(directoryVersion);
    if (expired || renamed) this.#broadcast();
  }

  /** Settles who is who, so that newcomers show at once; while D1 is away the alarm keeps trying. */
  async #meet(directoryVersion: number): Promise<boolean> {
    if (!this.#team || Date.now() < this.#retryAt) return false;
    try {
      return await this.#directory.settle(this.#team, directoryVersion, Date.now());
    } catch (error) {
      this.#postpone(error);
      return false;
    }
  }

  #postpone(error: unknown): void {
    this.#failures += 1;
    this.#retryAt = Date.now() + retryDelay(this.#failures);
    console.warn("presence: D1 did not answer, failure", this.#failures, rootCause(error));
  }

  /** Sends what D1 lacks, one sender at a time, so that an older state can never overwrite a newer one. */
  async #drain(): Promise<void> {
    // One under way may have looked before there was what its caller wants sent.
    await this.#draining;
    this.#draining ??= this.#send().finally(() => {
      this.#draining = null;
    });
    await this.#draining;
  }

  async #send(): Promise<void> {
    const team = this.#team;
    if (!team) return;
    const db = database(this.env.DB);
    try {
      if (await this.#directory.settle(team, team.directoryVersion, Date.now())) this.#broadcast();
      for (let page = this.#store.outbox(); page.length > 0; page = this.#store.outbox()) {
        await saveBlocks(db, team, page);
        this.#store.forgetOutbox(page);
      }
      if (Date.now() >= team.checkpointAt) await this.#checkpoint(team);
      this.#failures = 0;
      this.#retryAt = 0;
    } catch (error) {
      this.#postpone(error);
    }
  }

  async #checkpoint(team: Team): Promise<void> {
    for (const page of pages(this.#open())) await saveBlocks(database(this.env.DB), team, page);
    team.checkpointAt = Date.now() + CHECKPOINT_MS;
    this.#store.saveTeam(team);
  }

  /** Every open block as D1 should have it. */
  #open(): OutboxBlock[] {
    return [...this.#streams.values()].flatMap((stream) => openRow(stream) ?? []);
  }

  #people(): PersonPresence[] {
    return byPerson(this.#directory.known(), this.#streams.values(), this.#team?.statusClasses ?? {});
  }

  /** Sends viewers whoever looks different from what they were last shown. */
  #broadcast(): void {
    const sockets = this.ctx.getWebSockets();
    if (sockets.length === 0) {
      this.#shown = null;
      return;
    }
    const people = this.#people();
    const { data, removed } = changes(this.#shown ?? new Map(), people);
    this.#shown = new Map(people.map((person) => [person.person_id, person]));
    if (data.length === 0 && removed.length === 0) return;
    const frame = JSON.stringify({ type: "change", at: formatInstant(Date.now()), data, removed });
    for (const socket of sockets) {
      // A socket that closed a moment ago refuses: its close handler is on its way.
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    }
  }

  #nextWake(): number | null {
    if (!this.#team) return null;
    const open = [...this.#streams.values()]
      .filter((stream) => openBlock(stream))
      .map(({ lastAt, integrationId }) => ({ lastAt, timeoutMs: this.#timeouts.get(integrationId)! }));
    const isWaiting = this.#store.outboxSize() > 0 || this.#directory.isPending();
    return nextWake({ open, outboxAt: isWaiting ? this.#retryAt : null, checkpointAt: this.#team.checkpointAt });
  }

  /** Sees to it that the one alarm rings no later than the next deadline; one that should have rung is taken for lost. */
  async #arm(): Promise<void> {
    const wake = this.#nextWake();
    if (wake === null) return;
    const alarm = await this.ctx.storage.getAlarm();
    if (alarm === null || alarm > wake || alarm < Date.now() - SAFETY_ALARM_MS) {
      await this.ctx.storage.setAlarm(Math.max(wake, Date.now()));
    }
  }
}
