import { expect, onTestFinished } from "vitest";
import type { LivePerson } from "./presence.ts";
import { call, type Team } from "./team.ts";

type Message =
  | { type: "snapshot"; at: string; data: LivePerson[] }
  | { type: "change"; at: string; data: LivePerson[]; removed: string[] };

/** A client of the live socket. It queues the messages it receives until the test reads them. */
export class Viewer {
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string; wasClean: boolean }>;
  readonly #received: string[] = [];
  #onMessage: (() => void) | null = null;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.#received.push(String(data));
      this.#onMessage?.();
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason, wasClean }) => resolve({ code, reason, wasClean }));
    });
    socket.accept();
    onTestFinished(() => {
      if (socket.readyState === WebSocket.OPEN) socket.close();
    });
  }

  /** Returns the next message as text. */
  async text(): Promise<string> {
    while (this.#received.length === 0) {
      await new Promise<void>((resolve) => {
        this.#onMessage = resolve;
      });
    }
    return this.#received.shift()!;
  }

  /** Returns the next message. */
  async next(): Promise<Message> {
    return JSON.parse(await this.text());
  }

  /** Returns the statuses in the next message, by name. */
  async nextStatuses(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.next()).data.map(({ name, status }) => [name, status]));
  }
}

/** Opens a live socket. The first message is the snapshot. */
export async function connect(team: Team, as: Record<string, string> = team.asTeam): Promise<Viewer> {
  const response = await call("/api/v1/presence/live", { headers: { ...as, Upgrade: "websocket" } });
  expect(response.status).toBe(101);
  return new Viewer(response.webSocket!);
}

/** Opens a live socket and reads the snapshot. */
export async function connectAndReadSnapshot(team: Team, as: Record<string, string> = team.asTeam): Promise<Viewer> {
  const viewer = await connect(team, as);
  expect(await viewer.next()).toMatchObject({ type: "snapshot" });
  return viewer;
}
