import { expect, onTestFinished, test } from "vitest";
import { longDetails, openManyBlocks, ringUntilSent, statusOf } from "../../support/many_blocks.ts";
import { at, clock, type LivePerson, page, push, sendToObject, stopTheClock } from "../../support/presence.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";

stopTheClock();

const HOUR_MS = 3_600_000;

/** Returns the shortest of some times, in milliseconds, that a read takes: other work of the machine makes none shorter. */
async function time(team: Team, path: string): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 7; run++) {
    const start = performance.now();
    expect(await statusOf(team, path)).toBe(200);
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

test("Every read is answered with 10,000 open blocks of 16 KiB each", { timeout: 600_000 }, async () => {
  const team = await mintTeam({ timeoutMinutes: 60 });
  await openManyBlocks(team, { people: 250, sources: 40 });
  const runs = await ringUntilSent(team);
  clock(30);
  const user = { personIdentifier: "p0", status: "online" };
  await push(team, [{ ...user, details: longDetails("new") }], { source: "source 0" });
  const times: Record<string, number> = {};
  for (const path of [
    "/api/v1/blocks?limit=1",
    "/api/v1/blocks?limit=200",
    `/api/v1/overlap?from=${at(0)}&to=${at(60)}`,
    "/api/v1/patterns",
    "/api/v1/people/p0/timeline",
    "/api/v1/people/p0/export",
    "/api/v1/presence?limit=200",
    "/metrics",
  ]) {
    times[path] = Math.round(await time(team, path));
  }
  expect(await statusOf(team, "/api/v1/stats-notifications", { user_id: "p0", time_window: "daily" })).toBe(201);
  const { data } = await page(team, { person: "p0", source: "source 0" });
  expect(data).toMatchObject([{ last_seen_at: at(30), details: { mark: "new" } }]);
  console.info(`10,000 open blocks of 16 KiB reached D1 in ${runs} runs; reads took, in ms`, times);
});

const TEAM_SIZE = 50_000;
const PER_HEARTBEAT = 1_000;

/** Has tools report so many people, with names of 200 characters, all but the first few of them three bytes long. */
async function reportPeople(team: Team, count: number): Promise<void> {
  for (let start = 0; start < count; start += PER_HEARTBEAT) {
    const users = Array.from({ length: Math.min(PER_HEARTBEAT, count - start) }, (_, n) => {
      const number = String(start + n).padStart(6, "0");
      return { personIdentifier: `p${number}`, status: "online", name: `${number} ${"名".repeat(193)}` };
    });
    await sendToObject(team, users, {
      ...{ timeoutMs: 12 * HOUR_MS, directoryVersion: 1, newIdentitiesPerDay: TEAM_SIZE },
    });
  }
}

test("Every read is answered with 50,000 people with long names", { timeout: 1_200_000 }, async () => {
  const [small, large] = [await mintTeam({ timeoutMinutes: 720 }), await mintTeam({ timeoutMinutes: 720 })];
  await reportPeople(small, 200);
  await reportPeople(large, TEAM_SIZE);
  await ringUntilSent(small);
  await ringUntilSent(large);
  // Raises the directory version: the object reads all people again.
  const renamed = await call("/api/v1/members/p000000", {
    method: "PATCH",
    headers: large.asTeam,
    body: { name: "0 Ada" },
  });
  expect(renamed.status).toBe(200);
  const paths = [
    "/api/v1/presence?limit=50",
    "/api/v1/presence?limit=50&present=true",
    "/api/v1/blocks?limit=50",
    "/api/v1/people/p000199/timeline",
    "/metrics",
  ];
  const times: Record<string, [small: number, large: number]> = {};
  for (const path of paths) times[path] = [await time(small, path), await time(large, path)];
  console.info("reads of 200 and of 50,000 people took, in ms", times);
  for (const path of paths.slice(0, 3)) {
    const [ofSmall, ofLarge] = times[path]!;
    expect(ofLarge / ofSmall, path).toBeLessThan(3);
  }
  const { data } = await (await call("/api/v1/presence?limit=1", { headers: large.asTeam })).json<{
    data: LivePerson[];
  }>();
  expect(data).toMatchObject([{ name: "0 Ada" }]);
  const messages = await firstMessages(large);
  for (const text of messages) expect(new TextEncoder().encode(text).length).toBeLessThan(1_048_576);
  const frames = messages.map((text) => JSON.parse(text) as { type: string; data: LivePerson[]; next_cursor?: string });
  expect(frames.map(({ type }) => type)).toEqual(["snapshot", ...frames.slice(1).map(() => "change")]);
  const people = frames.flatMap((frame) => frame.data);
  expect(people).toHaveLength(10_000);
  const rest = `/api/v1/presence?limit=1&cursor=${frames[0]!.next_cursor}`;
  const next = await (await call(rest, { headers: large.asTeam })).json<{ data: LivePerson[] }>();
  expect(next.data[0]!.name.slice(0, 6)).toBe("010000");
});

/** Opens a live socket and returns its messages up to the answer of a ping. */
async function firstMessages(team: Team): Promise<string[]> {
  const response = await call("/api/v1/presence/live", { headers: { ...team.asTeam, Upgrade: "websocket" } });
  expect(response.status).toBe(101);
  const socket = response.webSocket!;
  onTestFinished(() => socket.close());
  const messages: string[] = [];
  const pong = new Promise<void>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      if (data === "pong") resolve();
      else messages.push(String(data));
    });
  });
  socket.accept();
  socket.send("ping");
  await pong;
  return messages;
}
