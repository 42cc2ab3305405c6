import { ownerId, type PresentedKey } from "./key_state.ts";
import { changeMessages, snapshotMessages } from "./live_message.ts";
import { countMessage, isFlood, MAX_MESSAGE_LENGTH, type MessageCount } from "./message_rate.ts";
import { changedPeople, type PersonPresence, type PresenceChanges, presenceChanges } from "./person_presence.ts";

/** Computes people's presence. It is called only if there are viewers. */
type People = () => Iterable<PersonPresence>;

/** The most live sockets of one owner of keys: an integration, or the team itself. */
const MAX_SOCKETS_OF_OWNER = 200;

/** Close codes of RFC 6455 section 7.4.1: what a viewer did is against the rules, or its message is too long. */
const POLICY_VIOLATION = 1008;
const MESSAGE_TOO_BIG = 1009;

/** Whether a key may still be sent messages. */
type IsValid = (key: PresentedKey) => boolean;

/** What a socket keeps while the object hibernates: the key that opened it, and how many messages it sent. */
type Attachment = { key: PresentedKey; messages: MessageCount | null };

/**
 * The live viewers of a team: WebSockets that stay open while the object hibernates. Each has its key attached, and the owner
 * of the key as its tag. No message is sent to a socket whose key is not valid.
 */
export class Viewers {
  readonly #ctx: DurableObjectState;
  readonly #isValid: IsValid;
  /** What viewers were last sent, by person id; null while there are no viewers. */
  #lastSent: Map<string, PersonPresence> | null = null;

  constructor(ctx: DurableObjectState, isValid: IsValid) {
    this.#ctx = ctx;
    this.#isValid = isValid;
    // The runtime answers pings itself, without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Counts the viewers. */
  count(): number {
    return this.#ctx.getWebSockets().length;
  }

  /** Takes `people` for what viewers were last sent, if any stayed connected while the object was evicted. */
  restore(people: People): void {
    if (this.count() > 0) this.#lastSent = byId(people());
  }

  /** Whether the owner of a key has as many sockets as it may. */
  isFull(integrationId: string | null): boolean {
    return this.#ctx.getWebSockets(ownerTag(integrationId)).length >= MAX_SOCKETS_OF_OWNER;
  }

  /** Opens a socket for a key and sends it everyone on the team, see `snapshotMessages`. */
  connect(people: People, key: PresentedKey): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, [ownerTag(key.integrationId)]);
    server.serializeAttachment({ key, messages: null } satisfies Attachment);
    this.#lastSent ??= byId(people());
    for (const message of snapshotMessages(people(), Date.now())) server.send(message);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Completes a close that a viewer began: without this the viewer sees an abnormal closure (1006). */
  acknowledgeClose(socket: WebSocket, code: number, reason: string): void {
    // 1005 (no code given) and 1006 (connection lost) must not be sent: RFC 6455 section 7.4.1.
    if (code !== 1006) socket.close(code === 1005 ? 1000 : code, reason);
  }

  /** Counts a message of a viewer, and closes the socket if they are too many or the message is too long. */
  receive(socket: WebSocket, message: string | ArrayBuffer): void {
    const length = typeof message === "string" ? message.length : message.byteLength;
    if (length > MAX_MESSAGE_LENGTH) {
      socket.close(MESSAGE_TOO_BIG, "The message is too long");
      return;
    }
    const { key, messages } = attachmentOf(socket);
    const counted = countMessage(messages, Date.now());
    socket.serializeAttachment({ key, messages: counted } satisfies Attachment);
    if (isFlood(counted)) socket.close(POLICY_VIOLATION, "Too many messages");
  }

  /** Returns the keys of all sockets. */
  keys(): PresentedKey[] {
    return this.#ctx.getWebSockets().map((socket) => attachmentOf(socket).key);
  }

  /** Closes the sockets whose keys are no longer valid. */
  closeInvalid(): void {
    for (const socket of this.#ctx.getWebSockets()) if (!this.#isValid(attachmentOf(socket).key)) close(socket);
  }

  /** Closes the sockets of integrations. */
  disconnect(integrationIds: string[]): void {
    for (const id of integrationIds) for (const socket of this.#ctx.getWebSockets(ownerTag(id))) close(socket);
  }

  /** Closes every socket. */
  closeAll(): void {
    for (const socket of this.#ctx.getWebSockets()) close(socket);
  }

  /** Sends viewers who changed since the last broadcast, and who is gone. `people` is everyone on the team. */
  broadcastAll(people: People): void {
    if (!this.#hasViewers()) return;
    const present = [...people()];
    const changes = presenceChanges(this.#lastSent!, present);
    this.#lastSent = byId(present);
    this.#send(changes);
  }

  /** Sends viewers which of `people` changed since the last broadcast. */
  broadcast(people: People): void {
    if (!this.#hasViewers()) return;
    const changed = changedPeople(this.#lastSent!, [...people()]);
    for (const person of changed) this.#lastSent!.set(person.personId, person);
    this.#send({ changed, removed: [] });
  }

  #hasViewers(): boolean {
    if (this.count() === 0) this.#lastSent = null;
    return this.#lastSent !== null;
  }

  #send(changes: PresenceChanges): void {
    for (const message of changeMessages(changes, Date.now())) {
      for (const socket of this.#ctx.getWebSockets()) {
        // `send` throws on a socket that has just closed, before its close handler ran.
        if (socket.readyState !== WebSocket.OPEN) continue;
        if (this.#isValid(attachmentOf(socket).key)) socket.send(message);
        else close(socket);
      }
    }
  }
}

const attachmentOf = (socket: WebSocket) => socket.deserializeAttachment() as Attachment;

const ownerTag = (integrationId: string | null): string => `owner:${ownerId(integrationId)}`;

const close = (socket: WebSocket): void => socket.close(POLICY_VIOLATION, "The key is no longer in force");

const byId = (people: Iterable<PersonPresence>): Map<string, PersonPresence> =>
  new Map(Array.from(people, (person) => [person.personId, person]));
