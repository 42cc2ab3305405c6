import { beforeAll, describe, expect, test } from "vitest";
import { direct } from "../support/direct.ts";
import { expectError } from "../support/error.ts";
import { MATRIX } from "./matrix.ts";
import { ask, credentials, fullest, observableAnswer } from "./request.ts";
import { stored } from "./stored_rows.ts";
import { mintWorld, type World } from "./world.ts";

const ROWS = Object.entries(MATRIX);
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

let world: World;
let before: unknown;

beforeAll(async () => {
  world = await mintWorld();
  before = await stored(world);
});

const expectNothingStored = async () => expect(await stored(world)).toEqual(before);

/** Returns the fullest sample of a route, and headers with a key that the route accepts. */
const prepare = (route: string) => ({
  sample: fullest(MATRIX[route]!, world.names),
  headers: credentials(MATRIX[route]!.accepts, world)[0]!,
});

describe("a path", () => {
  const paths = [...new Set(ROWS.map(([route]) => route.split(" ")[1]!))];
  const methodsOf = (path: string) => METHODS.filter((method) => MATRIX[`${method} ${path}`]);

  test.each(paths)("A path refuses other methods with 405, and the Allow header lists its own: %s", async (path) => {
    const allowed = methodsOf(path);
    const { sample, headers } = prepare(`${allowed[0]} ${path}`);
    const { body: _, headers: __, ...bare } = sample;
    for (const method of [...METHODS, "OPTIONS", "PROPFIND"].filter((one) => !allowed.includes(one))) {
      const response = await ask(`${method} ${path}`, bare, { headers });
      expect(response.headers.get("Allow"), method).toBe(allowed.join(", "));
      await expectError(response, 405, "method_not_allowed");
    }
    await expectNothingStored();
  });

  test.each(paths)("A path answers HEAD like GET, without a body: %s", async (path) => {
    const { sample, headers } = prepare(`${methodsOf(path)[0]} ${path}`);
    const { body: _, headers: __, ...bare } = sample;
    const head = await ask(`HEAD ${path}`, bare, { headers });
    const get = await ask(`GET ${path}`, bare, { headers });
    const headOf = (response: Response) => observableAnswer(new Response(null, response));
    expect(await head.clone().text()).toBe("");
    expect(await headOf(head)).toEqual(await headOf(get));
  });

  test("The live path accepts a WebSocket handshake by GET only", async () => {
    const headers = { ...world.asTeam, Upgrade: "websocket" };
    expect((await direct("/api/v1/presence/live", { method: "HEAD", headers })).status).toBe(426);
    expect(await observableAnswer(await direct("/api/v1/presence/live", { headers }))).toMatch(/^101\n/);
    const plain = await direct("/api/v1/presence/live", { headers: world.asTeam });
    expect(plain.headers.get("Upgrade")).toBe("websocket");
    await expectError(plain, 426, "upgrade_required");
  });

  test("An unknown path is answered with 404 for every method", async () => {
    for (const method of METHODS) {
      for (const path of [
        "/api/v1",
        "/api/v1/",
        "/api/v1/people//",
        "/api/v1/People",
        "/api/v1/people/a/b/c",
        "/api",
      ]) {
        await expectError(await ask(`${method} ${path}`, {}, { headers: world.asTeam }), 404, "not_found");
      }
    }
  });
});

describe("a path with a trailing slash or .json", () => {
  test.each(["/people/", "/people.json", "/people.json/"])("%s is the same resource as /people", async (path) => {
    const plain = await direct("/api/v1/people", { headers: world.asTeam });
    const response = await direct(`/api/v1${path}`, { headers: world.asTeam });
    expect(await observableAnswer(response)).toBe(await observableAnswer(plain));
  });

  test("Outside the API, a path with .json is another path", async () => {
    await expectError(await direct("/metrics.json", { headers: world.asTeam }), 404, "not_found");
  });
});

describe("a page of another origin", () => {
  const origin = { Origin: "https://pages.example.com" };

  test("A preflight request is answered with the allowed methods and headers", async () => {
    const headers = {
      ...origin,
      "Access-Control-Request-Method": "PATCH",
      "Access-Control-Request-Headers": "x-api-key",
    };
    const response = await direct("/api/v1/people", { method: "OPTIONS", headers });
    expect(response.status).toBe(204);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(response.headers.get("Access-Control-Allow-Methods")).toContain("PATCH");
    expect(response.headers.get("Access-Control-Allow-Headers")).toContain("X-API-KEY");
    expect(response.headers.has("Access-Control-Allow-Credentials")).toBe(false);
  });

  test("A page of another origin may read answers to requests with a key, including refusals", async () => {
    for (const headers of [{ ...origin, ...world.asTeam }, origin]) {
      const response = await direct("/api/v1/people", { headers });
      expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
      expect(response.headers.get("Access-Control-Expose-Headers")).toContain("Retry-After");
    }
  });

  test.each([
    ["HTTP Basic", () => ({ Authorization: `Basic ${btoa(`${world.teamId}:${world.teamKey}`)}` })],
    ["a cookie", () => ({ ...world.asTeam, Cookie: "session=1" })],
  ])("A request of another origin with %s, which a browser sends by itself, is refused", async (_, credential) => {
    const headers = { ...credential(), "Sec-Fetch-Site": "cross-site" };
    await expectError(await direct("/api/v1/people", { headers }), 403, "not_allowed");
    expect((await direct("/api/v1/people", { headers: credential() })).status).toBe(200);
  });
});

describe("the Accept header", () => {
  const CSV = [
    "GET /api/v1/blocks",
    "GET /api/v1/events",
    "GET /api/v1/people/:id/timeline",
    "GET /api/v1/people/:id/export",
  ];

  /** The media types of routes that answer with something other than JSON. */
  const TYPES: Record<string, string> = { "GET /metrics": "text/plain" };

  test.each(ROWS)(
    "An Accept header that excludes the media types of the route is refused with 406: %s",
    async (route) => {
      const { sample, headers } = prepare(route);
      const type = TYPES[route] ?? "application/json";
      const refused = ["text/html", "application/xml", "image/*", `${type};q=0`, `${type};q=0, */*;q=0`];
      if (!CSV.includes(route)) refused.push("text/csv");
      for (const Accept of refused) {
        await expectError(await ask(route, sample, { headers: { ...headers, Accept } }), 406, "not_acceptable");
      }
      await expectNothingStored();
      const taken = ["*/*", "application/*", type, type.toUpperCase(), `text/html, ${type};q=0.1`];
      for (const Accept of [...taken, `${type}; charset=UTF-8`, "text/html,*/*;q=0.1"]) {
        // The key is checked after the Accept header, so a request without a key is refused with 401.
        expect((await ask(route, sample, { headers: { Accept } })).status, Accept).toBe(401);
      }
    },
  );

  test.each(CSV)("The Accept header can ask for CSV: %s", async (route) => {
    const { sample, headers } = prepare(route);
    for (const Accept of ["text/csv", "text/csv; charset=utf-8", "text/csv, application/json;q=0.9"]) {
      const response = await ask(route, sample, { headers: { ...headers, Accept } });
      expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    }
    const json = await ask(route, sample, { headers: { ...headers, Accept: "text/csv;q=0.9, application/json" } });
    expect(json.headers.get("Content-Type")).toBe("application/json");
  });
});
