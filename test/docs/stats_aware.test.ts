/** Follows StatsAware's documentation as its reader would. The texts in `stats_aware/` are copied from it verbatim. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { INACTIVE, INTEGRATION, NOT_ONBOARDED } from "../demo/account.ts";
import { type Server, startServer } from "../journeys/server.ts";
import { differences } from "./differences.ts";
import { runCurl } from "./shell.ts";

const printed = (name: string) => readFileSync(resolve(import.meta.dirname, "stats_aware", `${name}.txt`), "utf8");

let server: Server;
beforeAll(async () => {
  server = await startServer({ seed: true });
});
afterAll(() => server?.stop());

type Answer = { status: number; body: Record<string, unknown> };

async function post(path: string, body: string, headers: Record<string, string> = bearer(INTEGRATION.key)) {
  const init = { method: "POST", body, headers: { "Content-Type": "application/json", ...headers } };
  const response = await fetch(`${server.url}${path}`, init);
  return { status: response.status, body: await response.json() } as Answer;
}

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

async function read(path: string) {
  const response = await fetch(`${server.url}${path}`, { headers: bearer(INTEGRATION.key) });
  return ((await response.json()) as { data: Record<string, unknown>[] }).data;
}

const expectAsPrinted = (answer: Answer, name: string) => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(differences(JSON.parse(printed(name)), answer.body)).toEqual([]);
};

describe("Presence API", () => {
  test("The presence request is answered as printed, with a warning that its time is in the past", async () => {
    const answer = await post("/api/v1/presence", printed("presence_request"));
    expectAsPrinted(answer, "presence_response");
    expect(answer.body.warnings).toContainEqual(expect.objectContaining({ path: "timestamp" }));
  });

  test("A user with a zone and no name is accepted", async () => {
    const users = `[${printed("zone_user")}]`;
    const body = `{ "timestamp": "${new Date().toISOString()}", "source": "zones", "users": ${users} }`;
    expect(await post("/api/v1/presence", body)).toMatchObject({ status: 200, body: { processed: { users: 1 } } });
    expect(await read("/api/v1/presence?present=true")).toContainEqual(
      expect.objectContaining({ name: "maria.garcia", time_zone: "Europe/Madrid" }),
    );
  });
});

describe("Events API", () => {
  const events = JSON.parse(printed("events_request")).events as Record<string, unknown>[];

  test("The events request is answered as printed", async () => {
    expectAsPrinted(await post("/api/v1/events", printed("events_request")), "events_response");
  });

  test("Duplicate events are skipped without an error, and an event can be updated by its identifier", async () => {
    const [commit, task] = events;
    const body = JSON.stringify({ events: [commit, { ...task, title: "Complete the flow" }] });
    expect((await post("/api/v1/events", body)).body.processed).toEqual({
      ...{ total: 2, created: 0, updated: 1, skipped: 1, errors: 0 },
    });
  });

  test("Every event can be read as an event of its person", async () => {
    const data = await read("/api/v1/events?from=2024-01-15T00:00:00Z&to=2024-01-16T00:00:00Z");
    expect(data).toMatchObject([
      {
        external_id: "jira-PROJ-123",
        identifier: "jane.smith",
        title: "Complete the flow",
        details: events[1]!.details,
      },
      { external_id: "abc123-commit-456", identifier: "john.doe", details: events[0]!.details },
    ]);
  });
});

describe("Testing Your Integration", () => {
  test("Step 1: the curl command verifies access, with the host and the key replaced", async () => {
    const command = printed("verify")
      .replace(" /api", ` ${server.url}/api`)
      .replace("tc_your_api_key_here", INTEGRATION.key);
    const { status, body } = await runCurl(command);
    expectAsPrinted({ status, body: JSON.parse(body) }, "verify_response");
  });

  test("Step 2: the test user is present, with status and local time", async () => {
    expect(await read("/api/v1/presence?present=true")).toContainEqual(
      expect.objectContaining({
        ...{ name: "Test User", status: "online", source: "test", time_zone: "America/New_York" },
        local_time: expect.stringMatching(/-0[45]:00$/),
      }),
    );
  });

  test.each([
    [401, "Missing API key", {}],
    [401, "Invalid API key", bearer("tc_your_api_key_here")],
    [403, "Integration not active", bearer(INACTIVE.key)],
    [403, "Account onboarding incomplete", bearer(NOT_ONBOARDED.integration.key)],
  ])("Step 3: a common error is answered as documented: %i %s", async (status, error, headers) => {
    for (const path of ["/api/v1/presence", "/api/v1/events"]) {
      expect(await post(path, printed("presence_request"), headers)).toMatchObject({ status, body: { error } });
    }
  });
});

describe("sendToStatsAware, run as printed", () => {
  /** The document does not define `API_KEY` and `sleep`. This sleep records the time it was asked for. */
  function client(key: string) {
    const sleeps: number[] = [];
    const sleep = async (ms: number) => void sleeps.push(ms);
    const define = new Function("API_KEY", "sleep", `${printed("client")}\nreturn sendToStatsAware;`);
    return { send: define(key, sleep) as (endpoint: string, data: unknown) => Promise<unknown>, sleeps };
  }
  const events = (id: string) => ({
    events: [{ ...JSON.parse(printed("events_request")).events[0], externalId: id }],
  });

  test("The printed client sends presence and events", async () => {
    const { send } = client(INTEGRATION.key);
    const presence = await send(`${server.url}/api/v1/presence`, JSON.parse(printed("presence_request")));
    expect(differences(JSON.parse(printed("presence_response")), presence)).toEqual([]);
    const answer = await send(`${server.url}/api/v1/events`, events("client-1"));
    expect(answer).toMatchObject({ success: true, processed: { total: 1, created: 1 } });
  });

  test("The printed client retries server errors with growing delays, and a lost answer duplicates nothing", async () => {
    let attempts = 0;
    const url = await serve(async (request, response) => {
      attempts += 1;
      // The first request is lost, then the answer of the second, and the third succeeds.
      const answer = attempts > 1 ? await forward(request) : undefined;
      response.writeHead(attempts > 2 ? answer!.status : 503, { "Content-Type": "application/json" });
      response.end(attempts > 2 ? await answer!.text() : "{}");
    });
    const { send, sleeps } = client(INTEGRATION.key);
    const answer = await send(`${url}/api/v1/events`, events("client-2"));
    expect(answer).toMatchObject({ processed: { total: 1, created: 0, skipped: 1, errors: 0 } });
    expect({ attempts, sleeps }).toEqual({ attempts: 3, sleeps: [2000, 4000] });
    expect(await read("/api/v1/events?external_id=client-2")).toHaveLength(1);
  });

  test("The printed client does not retry when its key is refused", async () => {
    const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
    const { send, sleeps } = client("tc_your_api_key_here");
    const sent = send(`${server.url}/api/v1/events`, events("client-3"));
    await expect(sent).rejects.toThrow("Authentication error: 401");
    expect(sleeps).toEqual([]);
    expect(complaint).toHaveBeenCalledOnce();
    complaint.mockRestore();
  });

  const open: ReturnType<typeof createServer>[] = [];
  afterAll(() => Promise.all(open.map((proxy) => proxy.close())));

  /** A proxy that loses requests and answers. */
  async function serve(listener: RequestListener): Promise<string> {
    const proxy = createServer(listener).listen(0, "127.0.0.1");
    open.push(proxy);
    await once(proxy, "listening");
    return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  }

  async function forward(request: Parameters<RequestListener>[0]): Promise<Response> {
    const body = (await request.toArray()).join("");
    const { authorization = "", "content-type": type = "" } = request.headers;
    const headers = { Authorization: authorization, "Content-Type": type };
    return fetch(`${server.url}${request.url}`, { method: "POST", headers, body });
  }
});
