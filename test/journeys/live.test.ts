import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PEOPLE } from "../demo/people.ts";
import { ask, DEMO, json, withKey } from "./client.ts";
import { type Server, startServer } from "./server.ts";

let server: Server;

beforeAll(async () => {
  server = await startServer({ seed: true });
});

afterAll(() => server.stop());

type Frame = { type: "snapshot" | "change"; at: string; data: Record<string, unknown>[] };

/** Node's WebSocket client accepts headers; those of browsers do not. */
const Socket = WebSocket as unknown as new (url: string, init: { headers: Record<string, string> }) => WebSocket;

/** Opens a live socket of the demo team. `frames(n)` waits for the n-th message and returns all so far. */
async function watch() {
  const socket = new Socket(`${server.url.replace("http", "ws")}/api/v1/presence/live`, { headers: DEMO.team });
  const said: string[] = [];
  const news = new EventTarget();
  socket.addEventListener("message", ({ data }) => {
    said.push(data as string);
    news.dispatchEvent(new Event("frame"));
  });
  await once(socket, "open");
  const messages = async (count: number) => {
    while (said.length < count) await once(news, "frame");
    return said;
  };
  const frames = async (count: number) => (await messages(count)).map((text) => JSON.parse(text) as Frame);
  return { socket, messages, frames };
}

type User = { personIdentifier: string; status: string; timezone?: string };

/** Sends a heartbeat with the time of now, or of some seconds ago, and returns that time. */
async function report(source: string, users: User[], { key = DEMO.integration, secondsAgo = 0 } = {}): Promise<string> {
  const timestamp = new Date(Date.now() - secondsAgo * 1_000).toISOString();
  await json(ask(server.url, key, "/presence", { body: { timestamp, source, users } }));
  return timestamp.replace(".000Z", "Z");
}

const known = (name: string) => {
  const { id, timeZone } = PEOPLE.find((person) => person.name === name)!;
  return { person_id: id, name, time_zone: timeZone };
};

const john = (status: string) => ({ personIdentifier: "john.doe", status });
const emma = (status: string) => ({ personIdentifier: "demo+emma@8012labs.com", status });

/** A person as live messages show them. */
const on = (name: string, status: string, source: string, since: string, working = true) => ({
  ...{ ...known(name), present: true, status, working, source, since },
  last_seen_at: expect.any(String),
});
const off = (name: string, lastSeenAt: string) => ({
  ...{ ...known(name), present: false, status: "offline", working: false, source: null, since: null },
  last_seen_at: lastSeenAt,
});

test("A viewer receives a snapshot, then each change in order, and nothing else", async () => {
  const at: string[] = [];
  at.push(await report("chat", [emma("online")]));
  const viewer = await watch();
  expect(await viewer.frames(1)).toMatchObject([{ type: "snapshot" }]);

  at.push(await report("chat", [john("online")]));
  await report("chat", [john("online"), emma(" ONLINE ")]);
  at.push(await report("calendar", [john("in a meeting")]));
  // The meeting is shown, whatever chat reports meanwhile.
  at.push(await report("chat", [john("coding")]));
  at.push(await report("calendar", [john("offline")]));
  at.push(await report("chat", [john("Lunch"), emma("dnd"), john("offline")]));
  const second = await watch();
  at.push(await report("chat", [{ ...john("back"), timezone: "Europe/Paris" }, emma("dnd")]));

  const frames = await viewer.frames(6);
  const change = (...data: unknown[]) => ({ type: "change", at: expect.any(String), data, removed: [] });
  expect(frames).toEqual([
    { type: "snapshot", at: expect.any(String), data: [on("Emma Garrett", "online", "chat", at[0]!)] },
    change(on("John Doe", "online", "chat", at[1]!)),
    change(on("John Doe", "in a meeting", "calendar", at[2]!)),
    change(on("John Doe", "coding", "chat", at[3]!)),
    change(on("Emma Garrett", "dnd", "chat", at[5]!), off("John Doe", at[5]!)),
    change({ ...on("John Doe", "back", "chat", at[6]!), time_zone: "Europe/Paris" }),
  ]);
  const times = frames.map((frame) => Date.parse(frame.at));
  expect(times).toEqual(times.toSorted((a, b) => a - b));

  // A later viewer sees the same state.
  expect(await second.frames(2)).toEqual([
    { type: "snapshot", at: expect.any(String), data: frames[4]!.data },
    frames[5],
  ]);
  viewer.socket.send("ping");
  expect((await viewer.messages(7)).slice(6)).toEqual(["pong"]);
  for (const { socket } of [viewer, second]) {
    const closed = once(socket, "close");
    socket.close(1000, "bye");
    expect(await closed).toMatchObject([{ code: 1000, wasClean: true }]);
  }
});

test("A status that is not repeated ends at its timeout, and viewers receive the change without a request", async () => {
  const body = { name: "Every minute", presence_timeout_minutes: 1 };
  const { key } = await json<{ key: string }>(ask(server.url, DEMO.team, "/integrations", { body }));
  const viewer = await watch();
  await viewer.frames(1);
  const kaori = { personIdentifier: "kaori.tanaka@example.com", status: "online" };
  // The heartbeat is 58 seconds old: two seconds of its timeout are left.
  const at = await report("desk", [kaori], { key: withKey(key), secondsAgo: 58 });
  const [, appeared, left] = await viewer.frames(3);
  expect(appeared).toMatchObject({ type: "change", data: [on("Kaori Tanaka", "online", "desk", at)] });
  expect(left).toMatchObject({ type: "change", data: [off("Kaori Tanaka", at)] });
  // A gap of exactly one minute would have extended the block.
  expect(Date.parse(left!.at)).toBeGreaterThan(Date.parse(at) + 60_000);
  expect(Date.parse(left!.at)).toBeLessThan(Date.parse(at) + 70_000);
  viewer.socket.close();
});
