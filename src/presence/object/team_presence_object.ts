import { DurableObject } from "cloudflare:workers";
import { newId } from "../../lib/id.ts";
import type { OpenBlock } from "../blocks/block_row.ts";
import { foldHeartbeat } from "../heartbeat/fold.ts";
import { type Heartbeat, type HeartbeatOutcome, type HeartbeatUser, usersOf } from "../heartbeat/heartbeat.ts";
import { Alarm } from "./alarm_object.ts";
import { D1Sync } from "./d1_sync_object.ts";
import { withReference } from "./details_reference.ts";
import { Directory } from "./directory_object.ts";
import { KeyRegister } from "./key_register_object.ts";
import type { KeyChange, PresentedKey, SocketRefusal } from "./key_state.ts";
import { KeyStore } from "./key_storage_store.ts";
import { type PersonPresence, type PresenceFilter, presencePage } from "./person_presence.ts";
import { PresenceView } from "./presence_view_object.ts";
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

const NOT_RECORDED: HeartbeatOutcome = { refused: [], hasTooManySources: false };

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
  readonly #view: PresenceView;
  readonly #keys: KeyRegister;
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
    this.#view = new PresenceView(this.#directory, this.#streams, () => this.#team);
    this.#keys = new KeyRegister(ctx.storage, new KeyStore(ctx.storage.sql));
    this.#viewers = new Viewers(ctx, (key) => this.#keys.refusal(key, Date.now()) === null);
    this.#alarm = new Alarm(ctx.storage);
    this.#sync = new D1Sync({
      ...{ env, store: this.#store, directory: this.#directory, streams: this.#streams },
      team: () => this.#team,
      onChange: () => this.#viewers.broadcastAll(() => this.#view.all()),
      onInactive: (integrationIds) => this.#viewers.disconnect(integrationIds),
    });
    this.#viewers.restore(() => this.#view.all());
  }

  /**
   * Records a heartbeat. It is durable in the object when this returns, whether or not D1 can be reached. See
   * `HeartbeatOutcome` for what it returns.
   */
  async recordHeartbeat(heartbeat: Heartbeat): Promise<HeartbeatOutcome> {
    // The key was accepted before the team was erased.
    if (this.#isErased) return NOT_RECORDED;
    const team = this.#ensureTeam(heartbeat);
    const named = usersOf(heartbeat.users);
    const refused = await this.#directory.addNew(team, heartbeat, named, (identityIds) =>
      this.#sync.readNewIdentityState(team, heartbeat.integrationId, identityIds),
    );
    if (this.#isErased) return NOT_RECORDED;
    const users = refused.size === 0 ? named : named.filter(({ identifier }) => !refused.has(identifier));
    const silencedIds = this.#streams.makeRoom(heartbeat);
    const changedIds = [...silencedIds, ...this.#fold(heartbeat, users)];
    await this.#sync.syncDirectory(heartbeat.directoryVersion);
    this.#broadcast(changedIds);
    await this.#alarm.advance(this.#nextWake());
    this.#heartbeats += 1;
    const refusedPositions = named.flatMap(({ identifier }, position) => (refused.has(identifier) ? [position] : []));
    return { refused: refusedPositions, hasTooManySources: silencedIds.length > 0 };
  }

  /** Lists a page of the people that this team's integrations ever reported, by name and then id, as they are now. */
  async listPeople(directoryVersion: number, filter: PresenceFilter): Promise<PersonPresence[]> {
    await this.#refresh(directoryVersion);
    return presencePage(this.#view.all(filter.after), filter);
  }

  /**
   * Sends D1 the blocks that opened or ended, up to a limit (see `D1Sync`); the alarm sends the others. With `personId`,
   * sends those of that person in any case, and the last heartbeats of their open blocks too.
   */
  async flush(directoryVersion: number, personId?: string): Promise<void> {
    await this.#refresh(directoryVersion);
    await (personId ? this.#sync.flushIdentities(this.#directory.identitiesOf(personId)) : this.#sync.flush());
    await this.#alarm.advance(this.#nextWake());
  }

  /**
   * Returns those of the blocks that are open, with what D1 has only as of the last checkpoint: last heartbeat and, with
   * `withDetails`, details. Of a block that is not open, D1 has the end when this returns.
   */
  async findOpenBlocks(blockIds: string[], withDetails: boolean): Promise<OpenBlock[]> {
    this.#expire();
    const open = this.#streams.findOpen(new Set(blockIds), withDetails);
    if (open.length < blockIds.length) await this.#sync.flush();
    return open;
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
      present: this.#view.countPresent(),
      openBlocks: this.#streams.countOpen(),
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

  /** Changes the register of keys, and closes the sockets whose keys are not valid any more. */
  async changeKeys(change: KeyChange): Promise<void> {
    if (this.#isErased) return;
    this.#keys.register(this.#viewers.keys(), Date.now());
    this.#keys.apply(change, Date.now());
    this.#viewers.closeInvalid();
    // Other keys may expire later.
    await this.#alarm.advance(this.#nextWake());
  }

  /** Sends viewers what changed up to a directory version. Without viewers, that can wait for the next reader. */
  async showChanges(directoryVersion: number): Promise<void> {
    if (this.#viewers.count() > 0) await this.#refresh(directoryVersion);
  }

  /** Opens a live socket, or answers 403 with the reason. Only stub.ts calls this, for a request that the guard has let in. */
  override async fetch(request: Request): Promise<Response> {
    await this.#refresh(Number(request.headers.get("X-Directory-Version")));
    const key = JSON.parse(request.headers.get("X-Key")!) as PresentedKey;
    const refusal = this.#refusal(key);
    if (refusal) return new Response(refusal, { status: 403 });
    const response = this.#viewers.connect(() => this.#view.all(), key);
    // Its expiry must wake the object.
    if (key.expiresAt !== null) this.#keys.register([key], Date.now());
    await this.#alarm.advance(this.#nextWake());
    return response;
  }

  #refusal(key: PresentedKey): SocketRefusal | null {
    if (this.#isErased) return "invalid_api_key";
    const isFull = () => this.#viewers.isFull(key.integrationId);
    return this.#keys.refusal(key, Date.now()) ?? (isFull() ? "too_many_requests" : null);
  }

  /** Runs when a viewer sends a message that is no ping. */
  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#viewers.receive(socket, message);
  }

  /** Runs when a viewer closes its socket. */
  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    this.#viewers.acknowledgeClose(socket, code, reason);
  }

  /** Creates the team at the first heartbeat, and notes the integration's timeout if it changed. */
  #ensureTeam({ accountId, teamId, integrationId, timeoutMs }: Heartbeat): TeamRecord {
    this.#team ??= this.#store.createTeam({ accountId, teamId, checkpointAt: Date.now() + CHECKPOINT_MS });
    if (this.#team.timeouts[integrationId] !== timeoutMs) {
      this.#team.timeouts[integrationId] = timeoutMs;
      this.#store.saveTeam(this.#team);
    }
    return this.#team;
  }

  /** Folds a heartbeat into the streams and stores them. Returns the identities of which viewers may see a difference. */
  #fold(heartbeat: Heartbeat, users: HeartbeatUser[]): string[] {
    const key = sourceKey(heartbeat);
    const texts = new Map<string, string>();
    const inMemory = users.map((user) => withReference(user, texts));
    const { accepted, isVisible, ...changes } = foldHeartbeat(heartbeat, inMemory, {
      streams: this.#streams.ofSource(key),
      nextNumber: this.#streams.nextNumber,
      identityOf: (identifier) => this.#directory.identityOf(identifier),
      // The request may have been accepted before the team stopped storing details.
      storesDetails: this.#team!.storesDetails,
      newId,
    });
    this.#directory.update(accepted, key);
    this.#streams.commit({ ...changes, at: heartbeat.at }, texts);
    return isVisible ? changes.changed.map(({ identityId }) => identityId) : [];
  }

  /** Does what is due now: the end of keys, timeouts, compaction and the exchange with D1. */
  async #doDueWork(): Promise<void> {
    this.#keys.revokeExpired(Date.now());
    this.#viewers.closeInvalid();
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
    this.#broadcast(this.#streams.expire((integrationId) => timeoutOf(this.#team, integrationId), Date.now()));
  }

  /** Sends viewers what changed of the people behind identities. */
  #broadcast(identityIds: string[]): void {
    if (identityIds.length > 0) this.#viewers.broadcast(() => this.#view.ofIdentities(identityIds));
  }

  /** Computes when the alarm must ring next, in UTC milliseconds; null for never. */
  #nextWake(): number | null {
    return nextWake({
      timeoutAt: this.#streams.nextTimeout((integrationId) => timeoutOf(this.#team, integrationId)),
      hasUnsent: this.#team !== null && this.#sync.hasUnsent(),
      checkpointAt: this.#team ? this.#sync.checkpointAt(this.#team) : 0,
      retryAt: this.#sync.retryAt,
      keyExpiresAt: this.#viewers.count() > 0 ? this.#keys.nextExpiry() : null,
    });
  }
}
