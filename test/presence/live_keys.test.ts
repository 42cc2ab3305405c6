import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { withoutD1 } from "../faults/d1.ts";
import { SETUP_TOKEN } from "../routes/request.ts";
import { expectError } from "../support/error.ts";
import { alarm, clock, evict, MINUTE, presence, push, ring, stopTheClock } from "../support/presence.ts";
import { call, mintTeam, type Team } from "../support/team.ts";
import { connect, connectAndReadSnapshot, type Viewer } from "../support/viewer.ts";

stopTheClock();

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

const tryToConnect = (as: Record<string, string>) =>
  call("/api/v1/presence/live", { headers: { ...as, Upgrade: "websocket" } });

/** A way to end the key of an integration, or the team's key. `status`: of the answer once it succeeds. */
type Ending = {
  method: string;
  path: (team: Team) => string;
  body?: unknown;
  status: number;
  ends: "integration" | "team";
};

const ENDINGS: [name: string, ending: Ending][] = [
  ["rotated", { method: "POST", path: integrationPath("/rotate"), status: 200, ends: "integration" }],
  [
    "deactivated",
    { method: "PATCH", path: integrationPath(), body: { active: false }, status: 200, ends: "integration" },
  ],
  ["deleted with its integration", { method: "DELETE", path: integrationPath(), status: 204, ends: "integration" }],
  ["rotated as the team key", { method: "POST", path: () => "/api/v1/team/rotate", status: 200, ends: "team" }],
];

function integrationPath(suffix = ""): (team: Team) => string {
  return ({ integrationId }) => `/api/v1/integrations/${integrationId}${suffix}`;
}

const end = (team: Team, { method, path, body }: Ending) => call(path(team), { method, headers: team.asTeam, body });

/** Opens a socket with the key that ends, and one with the other key. */
async function connectBoth(team: Team, { ends }: Ending): Promise<{ ending: Viewer; other: Viewer }> {
  const [byIntegration, byTeam] = [
    await connectAndReadSnapshot(team, team.asIntegration),
    await connectAndReadSnapshot(team),
  ];
  return ends === "team" ? { ending: byTeam, other: byIntegration } : { ending: byIntegration, other: byTeam };
}

const headersOf = (team: Team, { ends }: Ending): Record<string, string> =>
  ends === "team" ? team.asTeam : team.asIntegration;

/** Runs `act` while D1 refuses to change keys and integrations: reads and all other writes succeed. */
async function whileKeysCannotChange<T>(act: () => Promise<T>): Promise<T> {
  const triggers = [
    ["refuse_keys", "UPDATE ON api_keys"],
    ["refuse_removed_keys", "DELETE ON api_keys"],
    ["refuse_integrations", "UPDATE OF active, removed_at ON integrations"],
  ] as const;
  const refuse = "BEGIN SELECT RAISE(ABORT, 'refused by the test'); END";
  await env.DB.batch(
    triggers.map(([name, event]) => env.DB.prepare(`CREATE TRIGGER ${name} BEFORE ${event} ${refuse}`)),
  );
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    return await act();
  } finally {
    log.mockRestore();
    await env.DB.batch(triggers.map(([name]) => env.DB.prepare(`DROP TRIGGER ${name}`)));
  }
}

describe("A live socket ends with its key", () => {
  test.each(ENDINGS)("It is closed before the answer when the key is %s, and other sockets stay", async (_, ending) => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    const { ending: viewer, other } = await connectBoth(team, ending);
    await evict(team);
    expect((await end(team, ending)).status).toBe(ending.status);
    expect(await viewer.closed).toMatchObject({ code: 1008, reason: "The key is no longer in force" });
    other.socket.send("ping");
    const messages = [await other.text()];
    // The open block of an inactive integration ends, which the other viewer is sent.
    if (messages[0] !== "pong") messages.push(await other.text());
    expect(messages.at(-1)).toBe("pong");
    expect([401, 403]).toContain((await tryToConnect(headersOf(team, ending))).status);
  });

  test("It is closed before the answer when the account is removed", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    const viewer = await connectAndReadSnapshot(team);
    const removed = await call(`/api/v1/setup/accounts/${team.accountId}`, {
      method: "DELETE",
      headers: bearer(SETUP_TOKEN),
    });
    expect(removed.status).toBe(204);
    expect(await viewer.closed).toMatchObject({ code: 1008 });
    await expectError(await tryToConnect(team.asTeam), 401, "invalid_api_key");
  });

  test("A socket of the new key, and of another integration, stays when an older key is replaced", async () => {
    const team = await mintTeam();
    const made = await call("/api/v1/integrations", { headers: team.asTeam, body: { name: "Screen" } });
    const screen = await connectAndReadSnapshot(team, bearer((await made.json<{ key: string }>()).key));
    const first = await end(team, ENDINGS[0]![1]);
    const old = await connectAndReadSnapshot(team, bearer((await first.json<{ key: string }>()).key));
    clock(1);
    const second = await end(team, ENDINGS[0]![1]);
    const fresh = await connectAndReadSnapshot(team, bearer((await second.json<{ key: string }>()).key));
    expect(await old.closed).toMatchObject({ code: 1008 });
    await push(team, { ada: "online" }, { as: bearer((await rotated(team)).key) });
    expect(await fresh.closed).toMatchObject({ code: 1008 });
    expect(await screen.nextStatuses()).toEqual({ ada: "online" });
  });

  test("Of several rotations at the same time, exactly one key can open a socket", async () => {
    const team = await mintTeam();
    const keys = await Promise.all([rotated(team), rotated(team), rotated(team)]);
    const answers = await Promise.all(keys.map(({ key }) => tryToConnect(bearer(key))));
    for (const { webSocket } of answers) webSocket?.accept();
    expect(answers.map(({ status }) => status).sort()).toEqual([101, 401, 401]);
    for (const { webSocket } of answers) webSocket?.close();
  });

  test("An integration that is active again can open sockets again", async () => {
    const team = await mintTeam();
    const path = integrationPath()(team);
    for (const active of [false, true, false, true]) {
      const answer = await call(path, { method: "PATCH", headers: team.asTeam, body: { active } });
      expect(await answer.json()).toMatchObject({ active });
      const status = await tryToConnect(team.asIntegration);
      status.webSocket?.accept();
      status.webSocket?.close();
      expect(status.status).toBe(active ? 101 : 403);
    }
  });
});

async function rotated(team: Team, minutes = 0): Promise<{ key: string }> {
  const response = await call(integrationPath("/rotate")(team), {
    headers: team.asTeam,
    body: { keep_old_for_minutes: minutes },
  });
  expect(response.status).toBe(200);
  return response.json();
}

describe("A change of a key that D1 does not take", () => {
  test.each(ENDINGS)(
    "Where D1 fails in the middle while a key is %s, the answer is 503, the key is refused, and a repetition completes",
    async (_, ending) => {
      const team = await mintTeam();
      const { ending: viewer } = await connectBoth(team, ending);
      const failed = await whileKeysCannotChange(() => end(team, ending));
      expect(failed.status).toBe(503);
      expect(failed.headers.get("Retry-After")).toBe("5");
      expect(await failed.json()).toMatchObject({ success: false, code: "unavailable" });
      expect(await viewer.closed).toMatchObject({ code: 1008 });
      // D1 still finds the key valid; the object refuses it, also after an eviction.
      await evict(team);
      const code = ending.body ? "integration_not_active" : "invalid_api_key";
      await expectError(await tryToConnect(headersOf(team, ending)), ending.body ? 403 : 401, code);
      const repeated = await end(team, ending);
      expect(repeated.status).toBe(ending.status);
      if (ending.status !== 200 || ending.body) return;
      const { key } = await repeated.json<{ key: string }>();
      const again = ending.ends === "team" ? { ...team.asTeam, "X-API-KEY": key } : bearer(key);
      await connectAndReadSnapshot(team, again);
    },
  );

  test.each(ENDINGS)("While all of D1 is away, the socket of a key that is %s is closed as well", async (_, ending) => {
    const team = await mintTeam();
    const { ending: viewer } = await connectBoth(team, ending);
    const failed = await withoutD1(() => end(team, ending));
    expect(failed.status).toBe(503);
    expect(await viewer.closed).toMatchObject({ code: 1008 });
    expect((await end(team, ending)).status).toBe(ending.status);
  });

  test("An unknown integration stays a 404 and changes nothing", async () => {
    const team = await mintTeam();
    const viewer = await connectAndReadSnapshot(team, team.asIntegration);
    const path = `/api/v1/integrations/${crypto.randomUUID()}`;
    await expectError(await call(`${path}/rotate`, { method: "POST", headers: team.asTeam }), 404, "not_found");
    await expectError(await call(path, { method: "DELETE", headers: team.asTeam }), 404, "not_found");
    const body = { active: false };
    await expectError(await call(path, { method: "PATCH", headers: team.asTeam, body }), 404, "not_found");
    viewer.socket.send("ping");
    expect(await viewer.text()).toBe("pong");
  });
});

describe("A key that expires later", () => {
  test("Its socket is closed by the alarm when the key expires, and not before", async () => {
    const team = await mintTeam();
    const viewer = await connectAndReadSnapshot(team, team.asIntegration);
    await rotated(team, 5);
    expect(await alarm(team)).toBe(5 * MINUTE);
    await evict(team);
    clock(4);
    await ring(team);
    viewer.socket.send("ping");
    expect(await viewer.text()).toBe("pong");
    expect(await alarm(team)).toBe(5 * MINUTE);
    clock(5);
    await ring(team);
    expect(await viewer.closed).toMatchObject({ code: 1008 });
    expect(await alarm(team)).toBeNull();
  });

  test("A socket that is opened with a key that expires sets the alarm too", async () => {
    const team = await mintTeam();
    await rotated(team, 5);
    const viewer = await connectAndReadSnapshot(team, team.asIntegration);
    expect(await alarm(team)).toBe(5 * MINUTE);
    clock(5);
    await ring(team);
    expect(await viewer.closed).toMatchObject({ code: 1008 });
  });

  test("No change is sent to the socket of an expired key, even if the alarm is late", async () => {
    const team = await mintTeam();
    const viewer = await connectAndReadSnapshot(team, team.asIntegration);
    const { key } = await rotated(team, 5);
    clock(6);
    await push(team, { ada: "online" }, { as: bearer(key) });
    expect(await viewer.closed).toMatchObject({ code: 1008 });
    expect(Object.keys(await presence(team))).toEqual(["ada"]);
  });

  test("A key keeps its earlier end when it is rotated again with a later one", async () => {
    const team = await mintTeam();
    const viewer = await connectAndReadSnapshot(team, team.asIntegration);
    await rotated(team, 5);
    clock(1);
    await rotated(team, 60);
    clock(5);
    await ring(team);
    expect(await viewer.closed).toMatchObject({ code: 1008 });
  });
});

describe("The limits of live sockets", () => {
  test("The 201st socket of an integration is refused, and a closed one makes room", async () => {
    const team = await mintTeam();
    const viewers: Viewer[] = [];
    for (let n = 0; n < 200; n++) viewers.push(await connect(team, team.asIntegration));
    const refused = await tryToConnect(team.asIntegration);
    expect(refused.headers.get("Retry-After")).toBe("60");
    await expectError(refused, 429, "too_many_requests");
    // The team key has a number of its own.
    await connectAndReadSnapshot(team);
    viewers[0]!.socket.close();
    await viewers[0]!.closed;
    await connect(team, team.asIntegration);
    await expectError(await tryToConnect(team.asIntegration), 429, "too_many_requests");
  });

  test("A socket that sends too many messages is closed, also if the object is evicted in between", async () => {
    const team = await mintTeam();
    const viewer = await connectAndReadSnapshot(team);
    const patient = await connectAndReadSnapshot(team);
    for (let n = 0; n < 15; n++) viewer.socket.send("hello");
    // The answer follows the messages before it.
    viewer.socket.send("ping");
    expect(await viewer.text()).toBe("pong");
    await presence(team);
    await evict(team);
    for (let n = 0; n < 6; n++) viewer.socket.send("hello");
    expect(await viewer.closed).toMatchObject({ code: 1008, reason: "Too many messages" });
    for (let second = 0; second < 60; second += 10) {
      clock(second / 60);
      for (let n = 0; n < 20; n++) patient.socket.send("hello");
      patient.socket.send("ping");
      expect(await patient.text()).toBe("pong");
      await presence(team);
    }
  });

  test("A message over 1,024 characters or bytes closes the socket, and pings do not count", async () => {
    const team = await mintTeam();
    for (const message of ["x".repeat(1_025), new Uint8Array(1_025)]) {
      const viewer = await connectAndReadSnapshot(team);
      for (let n = 0; n < 100; n++) viewer.socket.send("ping");
      viewer.socket.send("x".repeat(1_024));
      viewer.socket.send(message);
      expect(await viewer.closed).toMatchObject({ code: 1009, reason: "The message is too long" });
    }
  });
});
