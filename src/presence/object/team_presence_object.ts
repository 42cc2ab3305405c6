import { DurableObject } from "cloudflare:workers";
import { newId } from "../../lib/id.ts";
import type { OpenBlock } from "../blocks/block_row.ts";
import { foldHeartbeat } from "../heartbeat/fold.ts";
import { type Heartbeat, type HeartbeatUser, usersOf } from "../heartbeat/heartbeat.ts";
import { Alarm } from "./alarm_object.ts";
import { D1Sync } from "./d1_sync_object.ts";
import { Directory } from "./directory_object.ts";
import { type PersonPresence, type PresenceFilter, presencePage, teamPresence } from "./person_presence.ts";
import { ObjectStore } from "./storage_store.ts";
import { sourceKey } from "./stored_stream.ts";
import { Streams } from "./streams_object.ts";
import { type TeamRecord, timeoutOf } from "./team_record.ts";
import { Viewers } from "./viewers_object.ts";
import { CHECKPOINT_MS, nextWake } from "./wake_time.ts";

/** What operators monitor of a team's object. */
export type ObjectMetrics = {
  /** People with an open block. */
  present: number;
  openBlocks: number;
  /** Blocks that wait to be sent to D1. */
  outbox: number;
  viewers: number;
  /** Heartbeats recorded since `since`, UTC milliseconds, when the object was loaded into memory. */
  heartbeats: number;
  since: number;
};

/** What a heartbeat led to. `hasTooManySources`: another source of its integration was removed to make room for its own. */
export type HeartbeatOutcome = { hasTooManySources: boolean };

const NOT_RECORDED: HeartbeatOutcome = { hasTooManySources: false };

/**
 * The live presence of one team: its open blocks, who its people are, and who watches. Memory is a cache of the object's
 * own SQLite database, so that an eviction at any moment loses nothing. README.md shows how the parts work together.
 *
 * Every RPC method may be called again after a failure: a second call changes nothing more. `directoryVersion` is the one
 * of the caller's request; the object reads its directory again if it has an older one.
 */
export class TeamPresence extends DurableObject<Env> {
  readonly #store: ObjectStore;
  readonly #directory: Directory;
  readonly #streams: Streams;
  readonly #viewers: Viewers;
  readonly #alarm: Alarm;
  readonly #sync: D1Sync;
  /** Null before the first heartbeat, and once the team is erased. */
  #team: TeamRecord | null;
  #isErased = false;
  readonly #loadedAt = Date.now();
  #heartbeats = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new ObjectStore(ctx.storage.sql);
    this.#team = this.#store.readTeam();
    this.#directory = new Directory(this.#store);
    this.#streams = new Streams(ctx.storage, this.#store);
    this.#viewers = new Viewers(ctx);
    this.#alarm = new Alarm(ctx.storage);
    this.#sync = new D1Sync({
      ...{ env, store: this.#store, directory: this.#directory, streams: this.#streams },
      team: () => this.#team,
      onChange: () => this.#broadcast(),
      onInactive: (integrationIds) => this.#viewers.disconnect(integrationIds),
    });
    this.#viewers.restore(() => this.#people());
  }

  /** Records a heartbeat. It is durable in the object when this returns, whether or not D1 can be reached. */
  async recordHeartbeat(heartbeat: Heartbeat): Promise<HeartbeatOutcome> {
    // The key was accepted before the team was erased.
    if (this.#isErased) return NOT_RECORDED;
    this.#ensureTeam(heartbeat);
    const users = usersOf(heartbeat.users);
    await this.#directory.addNew(heartbeat.accountId, users, sourceKey(heartbeat));
    if (this.#isErased) return NOT_RECORDED;
    const hasTooManySources = this.#streams.makeRoom(heartbeat);
    const isVisible = this.#fold(heartbeat, users) || hasTooManySources;
    await this.#sync.syncDirectory(heartbeat.directoryVersion);
    if (isVisible) this.#broadcast();
    await this.#alarm.advance(this.#nextWake());
    this.#heartbeats += 1;
    return { hasTooManySources };
  }

  /** Lists a page of the people that this team's integrations ever reported, by name and then id, as they are now. */
  async listPeople(directoryVersion: number, filter: PresenceFilter): Promise<PersonPresence[]> {
    await this.#refresh(directoryVersion);
    return presencePage(this.#people(), filter);
  }

  /**
   * Sends D1 every block that opened or ended, and returns the open ones with what D1 has only as of the last checkpoint:
   * last heartbeat and details. With `personId`, sends these of that person's open blocks too.
   */
  async flush(directoryVersion: number, personId?: string): Promise<OpenBlock[]> {
    await this.#refresh(directoryVersion);
    await (personId ? this.#sync.flushWithOpenBlocks(personId) : this.#sync.flush());
    return this.#streams.openBlocks().map(({ id, lastSeenAt, details }) => ({ id, lastSeenAt, details }));
  }

  /** Does all work that is due, even if the alarm was lost or D1 failed a moment ago. */
  async wake(directoryVersion = 0): Promise<void> {
    if (!this.#team) return;
    this.#sync.retryNow();
    this.#alarm.invalidate();
    await this.#refresh(directoryVersion);
    await this.#doDueWork();
    await this.#alarm.advance(this.#nextWake());
  }

  /** Counts what operators monitor. */
  async readMetrics(directoryVersion: number): Promise<ObjectMetrics> {
    await this.#refresh(directoryVersion);
    return {
      present: this.#people().filter(({ present }) => present).length,
      openBlocks: this.#streams.openBlocks().length,
      outbox: this.#store.outboxSize(),
      viewers: this.#viewers.count(),
      heartbeats: this.#heartbeats,
      since: this.#loadedAt,
    };
  }

  /**
   * Removes everything about identities, before D1 does. When this returns, nothing about them is on the way to D1. If one
   * is reported again before D1 has erased it, a later exchange with D1 finds that it is gone, and removes it here too.
   */
  async removeIdentities(identityIds: string[]): Promise<void> {
    this.#sync.removeIdentities(new Set(identityIds));
    await this.#sync.flush();
  }

  /** Closes every socket: the keys of the team are refused from now on. */
  async closeSockets(): Promise<void> {
    this.#viewers.closeAll();
  }

  /** Removes everything, for good, and closes every socket: the team is erased. */
  async erase(): Promise<void> {
    this.#isErased = true;
    this.#viewers.closeAll();
    this.#team = null;
    // Without a team this sends nothing, and waits for the run under way.
    await this.#sync.flush();
    this.#sync.removeIdentities(this.#directory.identities());
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  /** Runs when the alarm rings: does what is due, and sets the next alarm. */
  override async alarm(): Promise<void> {
    if (this.#isErased) return;
    await this.#alarm.setSafetyAlarm();
    await this.#doDueWork();
    await this.#alarm.set(this.#nextWake());
  }

  /** Opens a live socket. Only stub.ts calls this, for a request that the guard has let in. */
  override async fetch(request: Request): Promise<Response> {
    await this.#refresh(Number(request.headers.get("X-Directory-Version")));
    return this.#viewers.connect(this.#people(), request.headers.get("X-Viewer")!);
  }

  /** Runs when a viewer closes its socket. */
  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    this.#viewers.acknowledgeClose(socket, code, reason);
  }

  /** Creates the team at the first heartbeat, and notes the integration's timeout if it changed. */
  #ensureTeam({ accountId, teamId, integrationId, timeoutMs }: Heartbeat): void {
    this.#team ??= this.#store.createTeam({ accountId, teamId, checkpointAt: Date.now() + CHECKPOINT_MS });
    if (this.#team.timeouts[integrationId] === timeoutMs) return;
    this.#team.timeouts[integrationId] = timeoutMs;
    this.#store.saveTeam(this.#team);
  }

  /** Folds a heartbeat into the streams and stores them. Returns whether viewers may see a difference. */
  #fold(heartbeat: Heartbeat, users: HeartbeatUser[]): boolean {
    const key = sourceKey(heartbeat);
    const { accepted, isVisible, ...changes } = foldHeartbeat(heartbeat, users, {
      streams: this.#streams.ofSource(key),
      nextNumber: this.#streams.nextNumber,
      identityOf: (identifier) => this.#directory.identityOf(identifier),
      // The request may have been accepted before the team stopped storing details.
      storesDetails: this.#team!.storesDetails,
      newId,
    });
    this.#directory.update(accepted, key);
    this.#streams.commit({ ...changes, at: heartbeat.at });
    return isVisible;
  }

  /** Does what is due now: timeouts, compaction and the exchange with D1. */
  async #doDueWork(): Promise<void> {
    if (!this.#team) return;
    this.#store.invalidateOutboxSize();
    this.#expire();
    this.#streams.compact(Date.now());
    await this.#sync.flush();
    // The exchange also fails if D1 has no such team.
    if (this.#sync.retryAt > 0 && (await this.#sync.isTeamErased())) await this.erase();
  }

  /** Brings directory and streams up to date, before they are read. */
  async #refresh(directoryVersion: number): Promise<void> {
    await this.#sync.syncDirectory(directoryVersion);
    this.#expire();
  }

  /** Ends the blocks whose timeout has passed, so that a late alarm is never visible. */
  #expire(): void {
    const hasEnded = this.#streams.expire((integrationId) => timeoutOf(this.#team, integrationId), Date.now());
    if (hasEnded) this.#broadcast();
  }

  /** Computes everyone's presence. */
  #people(): PersonPresence[] {
    return teamPresence(this.#directory.people(), this.#streams.all(), this.#team?.statusClasses ?? {});
  }

  #broadcast(): void {
    this.#viewers.broadcast(() => this.#people());
  }

  /** Computes when the alarm must ring next, in UTC milliseconds; null for never. */
  #nextWake(): number | null {
    if (!this.#team) return null;
    return nextWake({
      timeoutAt: this.#streams.nextTimeout((integrationId) => timeoutOf(this.#team, integrationId)),
      hasUnsent: this.#sync.hasUnsent(),
      checkpointAt: this.#sync.checkpointAt(this.#team),
      retryAt: this.#sync.retryAt,
    });
  }
}
