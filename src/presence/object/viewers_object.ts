import { formatInstant } from "../../lib/instant.ts";
import { changes, type PersonPresence } from "./person_presence.ts";

/** The live viewers of a team: hibernating WebSockets, each tagged with what let it in. */
export class Viewers {
  readonly #ctx: DurableObjectState;
  /** What viewers were last shown; null while nobody watches. */
  #shown: Map<string, PersonPresence> | null = null;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Whether anybody watches, be it from before an eviction. */
  isWatched(): boolean {
    return this.#ctx.getWebSockets().length > 0;
  }

  /** Takes for shown what viewers saw before an eviction. */
  resume(people: PersonPresence[]): void {
    this.#shown = byId(people);
  }

  /** Lets a viewer in and shows them everybody. `tag`: what to `turnAway` them by. */
  welcome(people: PersonPresence[], tag: string): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, [tag]);
    this.#shown ??= byId(people);
    server.send(JSON.stringify({ type: "snapshot", at: formatInstant(Date.now()), data: people }));
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Closes back, or the viewer would be told that the connection broke. */
  part(socket: WebSocket, code: number, reason: string): void {
    // 1005 says that the viewer gave no code, 1006 that it vanished: neither may be sent.
    if (code !== 1006) socket.close(code === 1005 ? 1000 : code, reason);
  }

  /** Closes the sockets of tags: what let them in no longer does. */
  turnAway(tags: string[]): void {
    close(tags.flatMap((tag) => this.#ctx.getWebSockets(tag)));
  }

  /** Closes every socket: there are no keys any more. */
  dismiss(): void {
    close(this.#ctx.getWebSockets());
  }

  /** Sends viewers whoever looks different from what they were last shown. */
  show(people: () => PersonPresence[]): void {
    if (!this.isWatched()) {
      this.#shown = null;
      return;
    }
    const now = people();
    const { data, removed } = changes(this.#shown ?? new Map(), now);
    this.#shown = byId(now);
    if (data.length === 0 && removed.length === 0) return;
    const frame = JSON.stringify({ type: "change", at: formatInstant(Date.now()), data, removed });
    for (const socket of this.#ctx.getWebSockets()) {
      // A socket that closed a moment ago refuses: its close handler is on its way.
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    }
  }
}

function close(sockets: WebSocket[]): void {
  for (const socket of sockets) socket.close(1008, "The key is no longer in force");
}

const byId = (people: PersonPresence[]): Map<string, PersonPresence> =>
  new Map(people.map((person) => [person.person_id, person]));
