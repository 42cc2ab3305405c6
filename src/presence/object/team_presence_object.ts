import { DurableObject } from "cloudflare:workers";
import { database } from "../../db/client.ts";
import { newId } from "../../lib/id.ts";
import { pages } from "../../lib/pages.ts";
import { beat } from "../blocks/block.ts";
import type { OpenBlock } from "../blocks/block_row.ts";
import { removeOrphans, saveBlocks } from "../blocks/store.ts";
import { hasTeam, SILENCED } from "../directory_store.ts";
import { eachUser, type Heartbeat, type HeartbeatUser } from "../heartbeat/update.ts";
import { Alarm } from "./alarm_object.ts";
import { byPerson, type PersonPresence } from "./current.ts";
import { CHECKPOINT_MS, MAX_RETRY_MS, nextWake, takenBack } from "./deadline.ts";
import { Directory } from "./directory_store.ts";
import { Sender } from "./sender_object.ts";
import {
  endedRow,
  type NumberedStream,
  ObjectStore,
  type OutboxBlock,
  openRow,
  type Team,
  toolOf,
} from "./storage_store.ts";
import { Streams } from "./streams_object.ts";
import { Viewers } from "./viewers_object.ts";

/** What operators watch of a team's object. `heartbeats` is a count since the instant `since`, at which the object woke. */
export type ObjectMetrics = Record<"present" | "openBlocks" | "outbox" | "viewers" | "heartbeats" | "since", number>;

/**
 * Live presence of one team. Owns its open blocks: loads, calls block.ts, stores, schedules, tells viewers. Storage wins
 * over memory: everything here can be read again from the object's own SQLite after an eviction.
 */
export class TeamPresence extends DurableObject<Env> {
  readonly #store: ObjectStore;
  readonly #directory: Directory;
  readonly #streams: Streams;
  readonly #viewers: Viewers;
  readonly #alarm: Alarm;
  readonly #since = Date.now();
  #heartbeats = 0;
  readonly #sender = new Sender(() => this.#exchanges());
  #team: Team | null;
  #isErased = false;
  /** Identities that D1 no longer knows, of which blocks may still have been on their way there. */
  #erased: string[] = [];

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new ObjectStore(ctx.storage.sql);
    this.#directory = new Directory(this.#store, database(env.DB));
    this.#alarm = new Alarm(ctx.storage);
    this.#team = this.#store.team();
    this.#streams = new Streams(ctx.storage, this.#store);
    this.#viewers = new Viewers(ctx);
    if (this.#viewers.isWatched()) this.#viewers.resume(this.#people());
  }

  /** Takes in one update. It is durable in the object when this returns, whether or not D1 can be reached. */
  async heartbeat(update: Heartbeat): Promise<void> {
    // Let in by a key that was good a moment ago; for what it tells there is no place any more.
    if (this.#isErased) return;
    this.#adopt(update);
    const users = eachUser(update.users);
    await this.#directory.recognise(update.accountId, users, toolOf(update));
    if (this.#isErased) return;
    const changed = this.#apply(update, users);
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
    if (!personId) await this.#sender.drain();
    else await this.#sender.drainThen(() => this.#save(this.#streams.open(this.#directory.identitiesOf(personId))));
    return this.#streams.open().map(({ id, lastSeenAt, details }) => ({ id, lastSeenAt, details }));
  }

  /** Does what is due: the cron's call, for objects whose alarm was lost or whose integrations have changed. */
  async wake(directoryVersion = 0): Promise<void> {
    if (!this.#team) return;
    this.#sender.retryAt = 0;
    this.#alarm.doubt();
    await this.#refresh(directoryVersion);
    await this.#work();
    await this.#alarm.advance(this.#nextWake());
  }

  /** What there is of this team now, as numbers. */
  async metrics(directoryVersion: number): Promise<ObjectMetrics> {
    await this.#refresh(directoryVersion);
    return {
      present: this.#people().filter(({ present }) => present).length,
      openBlocks: this.#streams.open().length,
      outbox: this.#store.outboxSize(),
      viewers: this.ctx.getWebSockets().length,
      heartbeats: this.#heartbeats,
      since: this.#since,
    };
  }

  /**
   * Forgets all there is of identities, before D1 does. Nothing of theirs is on its way to D1 when this returns; who is
   * named again meanwhile is found out once D1 no longer knows them.
   */
  async forget(identityIds: string[]): Promise<void> {
    this.#drop(new Set(identityIds));
    await this.#sender.drain();
  }

  /** Removes everything, for good: the team is no more. */
  async erase(): Promise<void> {
    this.#isErased = true;
    this.#viewers.dismiss();
    this.#team = null;
    await this.#sender.drain();
    this.#drop(this.#directory.identities());
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    if (this.#isErased) return;
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
    this.#viewers.part(socket, code, reason);
  }

  #adopt({ accountId, teamId, integrationId, timeoutMs }: Heartbeat): void {
    this.#team ??= this.#store.beginTeam({ accountId, teamId, checkpointAt: Date.now() + CHECKPOINT_MS });
    if (this.#team.timeouts[integrationId] === timeoutMs) return;
    this.#team.timeouts[integrationId] = timeoutMs;
    this.#store.saveTeam(this.#team);
  }

  /** Folds an update into the streams, and says whether anything but times and details changed. */
  #apply({ integrationId, timeoutMs, source, at }: Heartbeat, users: HeartbeatUser[]): boolean {
    const changed: NumberedStream[] = [];
    const seen: NumberedStream[] = [];
    let isVisible = false;
    const outbox: OutboxBlock[] = [];
    const heard: HeartbeatUser[] = [];
    let number = this.#streams.nextNumber;
    const tool = toolOf({ integrationId, source });
    const known = this.#streams.of(tool);
    for (const user of users) {
      const identityId = this.#directory.identityOf(user.identifier);
      const before = known.get(identityId) ?? null;
      // A request may have been let in before the team ceased to store details.
      const details = this.#team!.storesDetails ? user.details : null;
      const outcome = beat(before, { at, status: user.status, details }, timeoutMs, newId);
      if (outcome.kind === "stale") continue;
      heard.push(user);
      if (outcome.kind === "same" && before) {
        if (before.lastAt !== at) seen.push(before);
        continue;
      }
      const stream = { ...outcome.stream, identityId, integrationId, source, n: before?.n ?? number++ };
      changed.push(stream);
      // Details alone reach D1 with the next checkpoint: a tool may have new ones at every heartbeat.
      if (outcome.kind === "detailed") continue;
      isVisible = true;
      if (outcome.ended) outbox.push(endedRow(stream, outcome.ended));
      const open = openRow(stream);
      if (open) outbox.push(open);
    }
    this.#directory.describe(heard, tool);
    this.#streams.commit({ changed, seen, outbox, at });
    return isVisible;
  }

  /** What is due now: timeouts, then D1. Comes round at every checkpoint, and so often enough for tidying too. */
  async #work(): Promise<void> {
    if (!this.#team) return;
    this.#store.doubt();
    this.#expire();
    this.#streams.compact(Date.now());
    await this.#sender.drain();
    if (this.#sender.retryAt > 0 && (await this.#isNobodys())) await this.erase();
  }

  /** Whether the team was erased before this object began: while D1 is away, a remembered key still lets heartbeats in. */
  async #isNobodys(): Promise<boolean> {
    // Once D1 has told of a team, an erasure comes here by itself; what is no longer found may only be the wrong database.
    if (this.#team?.directoryVersion !== 0) return false;
    return !(await hasTeam(database(this.env.DB), this.#team).catch(() => true));
  }

  async #refresh(directoryVersion: number): Promise<void> {
    await this.#meet(directoryVersion);
    this.#expire();
  }

  #expire(): void {
    if (this.#streams.expire((stream) => this.#timeoutOf(stream), Date.now())) this.#broadcast();
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
    let { isChanged, erased } = await this.#directory.settle(team, directoryVersion, Date.now());
    while (erased.size > 0) {
      this.#erased.push(...erased);
      this.#drop(erased);
      ({ isChanged, erased } = await this.#directory.settle(team, directoryVersion, Date.now()));
    }
    // Every reading brings them anew; most heartbeats need none.
    if (team.timeouts !== known) {
      this.#viewers.turnAway(Object.keys(team.timeouts).filter((id) => team.timeouts[id] === SILENCED));
      if (!team.storesDetails) this.#streams.forgetDetails();
    }
    if (isChanged) this.#broadcast();
  }

  #drop(identityIds: Set<string>): void {
    if (identityIds.size === 0) return;
    this.#directory.forget(identityIds);
    this.#streams.forget(identityIds);
    this.#broadcast();
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
    const erased = [...this.#erased];
    await removeOrphans(database(this.env.DB), team, erased);
    this.#erased = this.#erased.slice(erased.length);
  }

  async #checkpoint(team: Team): Promise<void> {
    await this.#save(this.#streams.open());
    team.checkpointAt = Date.now() + CHECKPOINT_MS;
    this.#store.saveTeam(team);
  }

  async #save(blocks: OutboxBlock[]): Promise<void> {
    for (const page of pages(blocks)) await saveBlocks(database(this.env.DB), this.#team!, page);
  }

  #people(): PersonPresence[] {
    return byPerson(this.#directory.known(), this.#streams.all(), this.#team?.statusClasses ?? {});
  }

  #broadcast(): void {
    this.#viewers.show(() => this.#people());
  }

  #timeoutOf({ integrationId }: NumberedStream): number {
    return this.#team?.timeouts[integrationId] ?? SILENCED;
  }

  #nextWake(): number | null {
    if (!this.#team) return null;
    const now = Date.now();
    this.#team.checkpointAt = takenBack(this.#team.checkpointAt, now, CHECKPOINT_MS);
    this.#sender.retryAt = takenBack(this.#sender.retryAt, now, MAX_RETRY_MS);
    const timeoutAt = this.#streams.firstTimeout((stream) => this.#timeoutOf(stream));
    const isWaiting = this.#store.outboxSize() > 0 || this.#directory.isPending() || this.#erased.length > 0;
    return nextWake({ timeoutAt, isWaiting, checkpointAt: this.#team.checkpointAt, retryAt: this.#sender.retryAt });
  }
}
