import { beforeAll, describe, expect, test } from "vitest";
import { MAX_BODY_BYTES } from "../../src/http/body.ts";
import { direct } from "../support/direct.ts";
import { expectError } from "../support/error.ts";
import { MATRIX, type Sample } from "./matrix.ts";
import { at, fields, withValue } from "./mutation.ts";
import { ask, credentials, learnt, type Raw } from "./request.ts";
import { absentNames, everyRow, mintWorld, type World } from "./world.ts";

const ROWS = Object.entries(MATRIX);
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

let world: World;
let before: unknown;

beforeAll(async () => {
  world = await mintWorld();
  before = await everyRow();
});

const expectNothingStored = async () => expect(await everyRow()).toEqual(before);

/** The credentials and the fullest sample of a route. */
function prepare(route: string): { sample: Sample; headers: Record<string, string> } {
  const { accepts, samples } = MATRIX[route]!;
  const made = samples.map((sample) => sample(world.names));
  return {
    sample: made.find(({ body, query }) => body ?? query) ?? made[0]!,
    headers: credentials(accepts, world)[0]!,
  };
}

/** The bytes in chunks, the length of which nobody says beforehand. */
const chunked = (text: string): ReadableStream<Uint8Array> =>
  new Response(text).body!.pipeThrough(new TransformStream()) as ReadableStream<Uint8Array>;

describe("a body", () => {
  const routes = ROWS.filter(([, { samples }]) => samples.some((sample) => sample(absentNames()).body));

  const send = (route: string, raw: Raw, more: Record<string, string | undefined> = {}) => {
    const { sample, headers } = prepare(route);
    return ask(route, sample, { headers: { ...headers, ...more }, raw });
  };

  describe.each(routes.map(([route]) => route))("of %s", (route) => {
    const text = () => JSON.stringify(prepare(route).sample.body);

    test("must be said to be JSON", async () => {
      const types = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"];
      for (const type of [...types, "application/jsonp", "application/vnd.x+xml", "nonsense", "", undefined]) {
        await expectError(
          await send(route, new TextEncoder().encode(text()), { "Content-Type": type }),
          415,
          "unsupported_media_type",
        );
      }
      await expectNothingStored();
    });

    test("is at most 1 MiB, its length said beforehand or not", async () => {
      const full = text();
      const huge = `${full.slice(0, -1)},"unknown":"${"x".repeat(10_000_000)}"}`;
      const over = full.padEnd(MAX_BODY_BYTES + 1);
      for (const raw of [huge, over]) {
        await expectError(await send(route, raw), 413, "too_large");
        await expectError(await send(route, chunked(raw)), 413, "too_large");
      }
      await expectNothingStored();
    });

    test("holds at most 1,000 of anything", async () => {
      const { body } = prepare(route).sample;
      const lists = fields(body).filter((path) => path.length === 1 && Array.isArray(at(body, path)));
      for (const path of lists) {
        const [item] = at(body, path) as unknown[];
        const many = withValue(body, path, Array(1_001).fill(item));
        const { error } = await expectError(await send(route, JSON.stringify(many)), 413, "too_large");
        expect(error).toContain(path[0]);
      }
      await expectNothingStored();
      for (const path of lists) {
        const [item] = at(body, path) as unknown[];
        const response = await send(route, JSON.stringify(withValue(body, path, Array(1_000).fill(item))));
        expect(response.status).toBe(200);
      }
    });
  });

  test.each([
    ["of exactly 1 MiB", (text: string) => text.padEnd(MAX_BODY_BYTES), {}],
    ["of exactly 1 MiB, in chunks", (text: string) => chunked(text.padEnd(MAX_BODY_BYTES)), {}],
    ["in chunks", chunked, {}],
    ["behind a byte order mark", (text: string) => `\ufeff${text}`, {}],
    ["with a charset", (text: string) => text, { "Content-Type": "application/json; charset=utf-8" }],
    ["of JSON in capitals", (text: string) => text, { "Content-Type": "APPLICATION/JSON" }],
    ["of a kind of JSON", (text: string) => text, { "Content-Type": "application/vnd.example.v1+json" }],
  ])("is taken: %s", async (_, raw, headers) => {
    for (const route of ["POST /api/v1/presence", "POST /api/v1/events"]) {
      const response = await send(route, raw(JSON.stringify(prepare(route).sample.body)), headers);
      expect(response.status, await response.text()).toBe(200);
    }
  });
});

describe("a path", () => {
  const paths = [...new Set(ROWS.map(([route]) => route.split(" ")[1]!))];
  const methodsOf = (path: string) => METHODS.filter((method) => MATRIX[`${method} ${path}`]);

  test.each(paths)("takes its methods alone, and says which: %s", async (path) => {
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

  test.each(paths)("answers HEAD as GET, without a body: %s", async (path) => {
    const { sample, headers } = prepare(`${methodsOf(path)[0]} ${path}`);
    const { body: _, headers: __, ...bare } = sample;
    const head = await ask(`HEAD ${path}`, bare, { headers });
    const get = await ask(`GET ${path}`, bare, { headers });
    const headOf = async (response: Response) => (await learnt(response)).split("\n").slice(0, -1);
    expect(await head.clone().text()).toBe("");
    expect(await headOf(head)).toEqual(await headOf(get));
  });

  test("for viewers takes no HEAD for a handshake", async () => {
    const headers = { ...world.asTeam, Upgrade: "websocket" };
    expect((await direct("/api/v1/presence/live", { method: "HEAD", headers })).status).toBe(426);
    expect((await direct("/api/v1/presence/live", { headers })).status).toBe(101);
    const plain = await direct("/api/v1/presence/live", { headers: world.asTeam });
    expect(plain.headers.get("Upgrade")).toBe("websocket");
    await expectError(plain, 426, "upgrade_required");
  });

  test("that is none is absent, whatever the method", async () => {
    for (const method of METHODS) {
      for (const path of ["/api/v1", "/api/v1/", "/api/v1/people/", "/api/v1/People", "/api/v1/people/a/b/c", "/api"]) {
        await expectError(await ask(`${method} ${path}`, {}, { headers: world.asTeam }), 404, "not_found");
      }
    }
  });
});

describe("what a caller accepts", () => {
  const CSV = ["GET /api/v1/blocks", "GET /api/v1/events", "GET /api/v1/people/:id/timeline"];

  test.each(ROWS)("must leave JSON, or what else the route answers in: %s", async (route) => {
    const { sample, headers } = prepare(route);
    const refused = [
      "text/html",
      "application/xml",
      "image/*",
      "application/json;q=0",
      "application/json;q=0, */*;q=0",
    ];
    if (!CSV.includes(route)) refused.push("text/csv");
    for (const Accept of refused) {
      await expectError(await ask(route, sample, { headers: { ...headers, Accept } }), 406, "not_acceptable");
    }
    await expectNothingStored();
    const taken = ["*/*", "application/*", "application/json", "APPLICATION/JSON", "text/html, application/json;q=0.1"];
    for (const Accept of [...taken, "application/json; charset=UTF-8", "text/html,*/*;q=0.1"]) {
      // Without a key, the refusal is another once this is passed.
      expect((await ask(route, sample, { headers: { Accept } })).status, Accept).toBe(401);
    }
  });

  test.each(CSV)("may be CSV: %s", async (route) => {
    const { sample, headers } = prepare(route);
    for (const Accept of ["text/csv", "text/csv; charset=utf-8", "text/csv, application/json;q=0.9"]) {
      const response = await ask(route, sample, { headers: { ...headers, Accept } });
      expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    }
    const json = await ask(route, sample, { headers: { ...headers, Accept: "text/csv;q=0.9, application/json" } });
    expect(json.headers.get("Content-Type")).toBe("application/json");
  });
});
