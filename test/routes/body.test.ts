import { beforeAll, describe, expect, test } from "vitest";
import { MAX_BODY_BYTES } from "../../src/http/body.ts";
import { expectError } from "../support/error.ts";
import { MATRIX } from "./matrix.ts";
import { at, fields, withValue } from "./mutation.ts";
import { ask, credentials, fullest, type Raw } from "./request.ts";
import { stored } from "./stored_rows.ts";
import { absentNames, mintWorld, type World } from "./world.ts";

let world: World;
let before: unknown;

beforeAll(async () => {
  world = await mintWorld();
  before = await stored(world);
});

const expectNothingStored = async () => expect(await stored(world)).toEqual(before);

const ROUTES = Object.entries(MATRIX).flatMap(([route, row]) => (fullest(row, absentNames()).body ? [route] : []));

const sampleOf = (route: string) => fullest(MATRIX[route]!, world.names);

const send = (route: string, raw: Raw, more: Record<string, string | undefined> = {}) => {
  const headers = { ...credentials(MATRIX[route]!.accepts, world)[0]!, ...more };
  return ask(route, sampleOf(route), { headers, raw });
};

/** Returns the text as a stream of chunks, so that the request declares no length. */
const chunked = (text: string): ReadableStream<Uint8Array> =>
  new Response(text).body!.pipeThrough(new TransformStream()) as ReadableStream<Uint8Array>;

describe.each(ROUTES)("the body of %s", (route) => {
  const text = () => JSON.stringify(sampleOf(route).body);

  test("A body declared as another type than JSON is refused with 415", async () => {
    const types = ["text/plain", "multipart/form-data; boundary=x", "text/json"];
    for (const type of [...types, "application/jsonp", "application/vnd.x+xml", "nonsense"]) {
      await expectError(
        await send(route, new TextEncoder().encode(text()), { "Content-Type": type }),
        415,
        "unsupported_media_type",
      );
    }
    await expectNothingStored();
  });

  test("A body over 1 MiB is refused with 413, with or without a declared length", async () => {
    const full = text();
    const huge = `${full.slice(0, -1)},"unknown":"${"x".repeat(10_000_000)}"}`;
    const over = full.padEnd(MAX_BODY_BYTES + 1);
    for (const raw of [huge, over]) {
      await expectError(await send(route, raw), 413, "too_large");
      await expectError(await send(route, chunked(raw)), 413, "too_large");
    }
    await expectNothingStored();
  });

  test("A list of 1,001 objects is refused with 413, and one of 1,000 is accepted", async () => {
    const { body } = sampleOf(route);
    // Only lists of objects have this limit. A list of simple values, such as days of the week, has its own limit.
    const isBatch = (value: unknown) => Array.isArray(value) && typeof value[0] === "object";
    const lists = fields(body).filter((path) => path.length === 1 && isBatch(at(body, path)));
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
  ["without a type", (text: string) => new TextEncoder().encode(text), { "Content-Type": undefined }],
  ["with an empty type", (text: string) => text, { "Content-Type": "" }],
  ["with curl's default type", (text: string) => text, { "Content-Type": "application/x-www-form-urlencoded" }],
  ["with the media type of JSON in capitals", (text: string) => text, { "Content-Type": "APPLICATION/JSON" }],
  [
    "with a media type that ends in +json",
    (text: string) => text,
    { "Content-Type": "application/vnd.example.v1+json" },
  ],
])("A body %s is accepted", async (_, raw, headers) => {
  for (const route of ["POST /api/v1/presence", "POST /api/v1/events"]) {
    const response = await send(route, raw(JSON.stringify(sampleOf(route).body)), headers);
    expect(response.status, await response.text()).toBe(200);
  }
});
