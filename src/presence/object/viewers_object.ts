import { changeMessages, snapshotMessages } from "./live_message.ts";
import { changedPeople, type PersonPresence, type PresenceChanges, presenceChanges } from "./person_presence.ts";

/** Computes people's presence. It is called only if there are viewers. */
type People = () => Iterable<PersonPresence>;

/**
 * The live viewers of a team: WebSockets that stay open while the object hibernates. Each has a tag that says which key
 * opened it.
 */
export class Viewers {
  readonly #ctx: DurableObjectState;
  /** What viewers were last sent, by person id; null while there are no viewers. */
  #lastSent: Map<string, PersonPresence> | null = null;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
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

  /** Opens a socket and sends it everyone on the team, see `snapshotMessages`. `tag`: what `disconnect` finds it by. */
  connect(people: People, tag: string): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, [tag]);
    this.#lastSent ??= byId(people());
    for (const message of snapshotMessages(people(), Date.now())) server.send(message);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Completes a close that a viewer began: without this the viewer sees an abnormal closure (1006). */
  acknowledgeClose(socket: WebSocket, code: number, reason: string): void {
    // 1005 (no code given) and 1006 (connection lost) must not be sent: RFC 6455 section 7.4.1.
    if (code !== 1006) socket.close(code === 1005 ? 1000 : code, reason);
  }

  /** Closes the sockets with these tags: their keys are no longer accepted. */
  disconnect(tags: string[]): void {
    close(tags.flatMap((tag) => this.#ctx.getWebSockets(tag)));
  }

  /** Closes every socket. */
  closeAll(): void {
    close(this.#ctx.getWebSockets());
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
        if (socket.readyState === WebSocket.OPEN) socket.send(message);
      }
    }
  }
}

function close(sockets: WebSocket[]): void {
  for (const socket of sockets) socket.close(1008, "The key is no longer in force");
}

const byId = (people: Iterable<PersonPresence>): Map<string, PersonPresence> =>
  new Map(Array.from(people, (person) => [person.personId, person]));
