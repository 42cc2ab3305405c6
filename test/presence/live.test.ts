import { describe, expect, test } from "vitest";
import { at, clock, evict, presence, push, ring, stopTheClock } from "../support/presence.ts";
import { call, mintStrangers, mintTeam, type Team } from "../support/team.ts";
import { connect, connectAndReadSnapshot } from "../support/viewer.ts";

stopTheClock();

const request = (team: Team, headers: Record<string, string> = {}) =>
  call("/api/v1/presence/live", { headers: { ...team.asTeam, ...headers } });

describe("A live viewer", () => {
  test("A viewer is sent everyone first, as GET /presence shows them, and then each change", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online", bob: "offline" });
    clock(1);
    const viewer = await connect(team, team.asIntegration);
    const people = Object.values(await presence(team)).map(({ local_time, ...person }) => person);
    expect(people).toHaveLength(2);
    expect(await viewer.next()).toEqual({ type: "snapshot", at: at(1), data: people });
    clock(2);
    await push(team, { bob: "busy" });
    const { bob } = await presence(team);
    const { local_time, ...bobNow } = bob!;
    expect(bobNow).toMatchObject({ status: "busy", since: at(2) });
    expect(await viewer.next()).toEqual({ type: "change", at: at(2), data: [bobNow], removed: [] });
  });

  test("A heartbeat that changes nothing sends no message", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online", bob: "away" });
    const viewer = await connectAndReadSnapshot(team);
    clock(1);
    await push(team, { ada: "online", bob: "away" });
    await push(team, { ada: "away" }, { at: 0.5 });
    // A status of another source that ranks lower.
    await push(team, { ada: "away" }, { source: "phone" });
    clock(2);
    await push(team, { bob: "online" });
    expect(await viewer.nextStatuses()).toEqual({ bob: "online" });
  });

  test("New people, timeouts and people who return are sent", async () => {
    const team = await mintTeam();
    const viewer = await connectAndReadSnapshot(team);
    await push(team, { ada: "online" });
    expect(await viewer.nextStatuses()).toEqual({ ada: "online" });
    clock(11);
    await ring(team);
    expect(await viewer.next()).toMatchObject({ data: [{ name: "ada", present: false, last_seen_at: at(0) }] });
    await push(team, { ada: "online" }, { at: 10 });
    expect(await viewer.next()).toMatchObject({ data: [{ name: "ada", present: true, since: at(0) }] });
  });

  test("A new time zone is sent, and a person merged into another is sent as removed", async () => {
    const team = await mintTeam();
    await push(team, { ada: "busy", lovelace: "online" });
    const viewer = await connectAndReadSnapshot(team);
    await push(team, [{ personIdentifier: "ada", status: "busy", timezone: "Asia/Tokyo" }]);
    expect(await viewer.next()).toMatchObject({ data: [{ name: "ada", time_zone: "Asia/Tokyo" }], removed: [] });
    const { lovelace } = await presence(team);
    const merge = await call("/api/v1/people/ada/merge", { headers: team.asTeam, body: { person: "lovelace" } });
    expect(merge.status).toBe(200);
    await push(team, { ada: "busy" });
    expect(await viewer.next()).toMatchObject({ data: [], removed: [lovelace!.person_id] });
    await push(team, { ada: "offline" });
    expect(await viewer.nextStatuses()).toEqual({ ada: "online" });
  });

  test("All viewers are sent the same messages", async () => {
    const team = await mintTeam();
    const viewers = await Promise.all([
      connectAndReadSnapshot(team),
      connectAndReadSnapshot(team),
      connectAndReadSnapshot(team),
    ]);
    await push(team, { ada: "online" });
    const frames = await Promise.all(viewers.map((viewer) => viewer.next()));
    expect(frames[0]).toMatchObject({ data: [{ name: "ada" }] });
    expect(frames).toEqual([frames[0], frames[0], frames[0]]);
    viewers[0]!.socket.close();
    await viewers[0]!.closed;
    await push(team, { ada: "away" });
    for (const viewer of viewers.slice(1)) expect(await viewer.nextStatuses()).toEqual({ ada: "away" });
  });

  test("A viewer of another team, of the same account or another one, is sent nothing", async () => {
    const team = await mintTeam();
    for (const stranger of await mintStrangers(team)) {
      const viewer = await connect(stranger);
      expect(await viewer.next()).toMatchObject({ data: [] });
      await push(team, { ada: "online" });
      await push(stranger, { bob: "online" });
      expect(await viewer.nextStatuses()).toEqual({ bob: "online" });
    }
  });

  test("A viewer who connects after a time without viewers is sent the current state", async () => {
    const team = await mintTeam();
    const first = await connectAndReadSnapshot(team);
    first.socket.close();
    await first.closed;
    await push(team, { ada: "online", bob: "online" });
    const second = await connect(team);
    expect(await second.nextStatuses()).toEqual({ ada: "online", bob: "online" });
    await push(team, { ada: "away" });
    expect(await second.nextStatuses()).toEqual({ ada: "away" });
  });

  test("Viewers stay connected while the object is evicted, and are sent only what changes afterwards", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online", bob: "online" });
    const viewers = [await connectAndReadSnapshot(team), await connectAndReadSnapshot(team)];
    await evict(team);
    for (const viewer of viewers) {
      viewer.socket.send("ping");
      expect(await viewer.text()).toBe("pong");
    }
    // A heartbeat without a change wakes the object, and must send nothing.
    await push(team, { ada: "online" });
    await evict(team);
    clock(1);
    await push(team, { ada: "busy" });
    for (const viewer of viewers) expect(await viewer.nextStatuses()).toEqual({ ada: "busy" });
    clock(12);
    await evict(team);
    await ring(team);
    for (const viewer of viewers) expect(await viewer.nextStatuses()).toEqual({ ada: "offline", bob: "offline" });
  });

  test("A ping is answered with pong, and other messages are ignored", async () => {
    const team = await mintTeam();
    const viewer = await connectAndReadSnapshot(team);
    viewer.socket.send("hello");
    viewer.socket.send(new Uint8Array([0, 1, 2]));
    viewer.socket.send("ping");
    expect(await viewer.text()).toBe("pong");
    await push(team, { ada: "online" });
    expect(await viewer.nextStatuses()).toEqual({ ada: "online" });
  });

  test.each([
    [[], 1000, ""],
    [[1000, "bye"], 1000, "bye"],
    [[1001], 1001, ""],
    [[4321, "moving on"], 4321, "moving on"],
  ] as [[number?, string?], number, string][])(
    "A close with %j is acknowledged with the same code and reason",
    async (close, code, reason) => {
      const team = await mintTeam();
      const viewer = await connectAndReadSnapshot(team);
      viewer.socket.close(...close);
      const closed = await viewer.closed;
      expect(closed).toMatchObject({ reason, wasClean: true });
      // A close without a code may be acknowledged without one.
      expect(closed.code === 1005 ? 1000 : closed.code).toBe(code);
    },
  );

  test.each([
    ["switched off", { method: "PATCH", body: { active: false } }],
    ["removed", { method: "DELETE" }],
  ])(
    "A viewer is disconnected when the integration that opened the socket is %s, before any change is sent",
    async (_, change) => {
      const team = await mintTeam();
      await push(team, { ada: "online" });
      const [byIntegration, byTeam] = [await connect(team, team.asIntegration), await connectAndReadSnapshot(team)];
      expect(await byIntegration.next()).toMatchObject({ type: "snapshot" });
      await call(`/api/v1/integrations/${team.integrationId}`, { headers: team.asTeam, ...change });
      clock(1);
      await presence(team);
      expect(await byIntegration.closed).toMatchObject({ code: 1008 });
      expect(await byTeam.nextStatuses()).toEqual({ ada: "offline" });
    },
  );

  test("A close is acknowledged while the object is evicted", async () => {
    const team = await mintTeam();
    const viewer = await connectAndReadSnapshot(team);
    await evict(team);
    viewer.socket.close(1000, "bye");
    expect(await viewer.closed).toEqual({ code: 1000, reason: "bye", wasClean: true });
    await push(team, { ada: "online" });
  });
});

test.each([{}, { Upgrade: "h2c" }] as Record<string, string>[])(
  "A request that is no WebSocket handshake is answered with 426: %j",
  async (headers) => {
    const team = await mintTeam();
    const response = await request(team, headers);
    expect(response.status).toBe(426);
    expect(response.headers.get("Upgrade")).toBe("websocket");
    expect(response.headers.get("Connection")).toBe("Upgrade");
    expect(await response.json()).toMatchObject({ success: false, code: "upgrade_required" });
  },
);

test("A handshake without a key is answered with 401", async () => {
  const response = await call("/api/v1/presence/live", { headers: { Upgrade: "websocket" } });
  expect(response.status).toBe(401);
  expect(response.webSocket).toBeNull();
});
