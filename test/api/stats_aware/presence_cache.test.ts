import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PresenceCache } from "../../../src/api/stats_aware/presence_cache.ts";
import { parseUpdate as parse } from "../../../src/api/stats_aware/presence_routes.ts";
import type { ParsedUpdate } from "../../../src/api/stats_aware/presence_update.ts";

const BODY = JSON.stringify({
  ...{ timestamp: "2024-01-15T14:30:00Z", source: "slack" },
  users: [{ personIdentifier: "ada", status: "online", details: { timestamp: "2024-01-15T14:30:00Z" } }],
});
const later = BODY.replace("14:30:00Z", "14:31:00Z");

/** Reads the bodies one after the other, and returns for each how often it was parsed. */
function parseCounts(...bodies: [integrationId: string, body: string][]): number[] {
  const cache = new PresenceCache();
  return bodies.map(([integrationId, body]) => {
    let count = 0;
    const read = (text: string) => {
      count += 1;
      return parse(text);
    };
    expect(cache.read(integrationId, body, read)).toEqual(parse(body));
    return count;
  });
}

describe("A body that is in the cache", () => {
  test("A body with only a new timestamp is not parsed again", () => {
    expect(parseCounts(["a", BODY], ["a", later], ["a", BODY], ["a", later.replace('{"', '{ \n"')])).toEqual([
      1, 0, 0, 0,
    ]);
  });

  test("Several bodies of one integration are cached at the same time", () => {
    const bob = BODY.replace('"ada"', '"bob"');
    expect(parseCounts(["a", BODY], ["a", bob], ["a", later], ["a", bob])).toEqual([1, 1, 0, 0]);
  });

  test("Integrations do not share entries", () => {
    expect(parseCounts(["a", BODY], ["b", later], ["b", BODY])).toEqual([1, 1, 0]);
  });
});

describe("A body that is not in the cache", () => {
  test.each([
    ["another person", BODY.replace("}]", '},{"personIdentifier":"bob","status":"online"}]')],
    ["another status", BODY.replace("online", "away")],
    ["another source", BODY.replace("slack", "git")],
    ["another time in its details", BODY.replace(/(.*)14:30/, "$114:31")],
  ])("A body with %s is parsed", (_, body) => {
    expect(parseCounts(["a", BODY], ["a", body])).toEqual([1, 1]);
  });

  test.each([
    ["blanks before it", " ".repeat(9) + BODY],
    ["digits in its fraction of a second", BODY.replace("00Z", `00.${"0".repeat(60)}Z`)],
  ])("A body with more %s than any tool writes is not cached", (_, body) => {
    expect(parseCounts(["a", body], ["a", body])).toEqual([1, 1]);
  });

  test("A body with an invalid user is not cached, so that its failures take no memory", () => {
    const mixed = BODY.replace("}]", '},{"personIdentifier":"bob"}]');
    expect(parseCounts(["a", mixed], ["a", mixed], ["a", BODY], ["a", mixed])).toEqual([1, 1, 1, 1]);
    expect(parse(mixed)).toMatchObject({ users: { identifier: ["ada"] }, failures: [{ index: 1 }], indexes: [0] });
  });

  test("A body whose timestamp is not its first field is not cached", () => {
    const last = JSON.stringify({ users: [], source: "slack", timestamp: "2024-01-15T14:30:00Z" });
    expect(parseCounts(["a", last], ["a", last])).toEqual([1, 1]);
  });

  test("The least recently used body is evicted when the cache is full", () => {
    const cache = new PresenceCache();
    const parsed: string[] = [];
    const read = (text: string) => {
      parsed.push(text.slice(0, 80));
      return parse(BODY);
    };
    cache.read("a", BODY, read);
    for (let n = 0; n < 8; n++) cache.read("a", BODY.replace("ada", `${n}${"x".repeat(1_000_000)}`), read);
    cache.read("a", BODY, read);
    expect(parsed).toHaveLength(10);
  });
});

describe("An invalid timestamp", () => {
  const cache = new PresenceCache();
  cache.read("a", BODY, parse);

  test.each(["", "yesterday", "2024-01-15T14:30:00", "2024-02-30T00:00:00Z", "\\u0032024-01-15T14:30:00Z\\"])(
    "A cached body with the timestamp %o is refused",
    (time) => {
      const body = BODY.replace("2024-01-15T14:30:00Z", time);
      expect(() => cache.read("a", body, parse)).toThrow();
      expect(() => parse(body)).toThrow();
    },
  );
});

test.each(["\u00a0", "\ufeff", "\v", "\f", "\u2028", "\0"])(
  "A cached body with %j, which is no blank in JSON, is refused",
  (blank) => {
    const cache = new PresenceCache();
    cache.read("a", BODY, parse);
    for (const [before, after] of [
      ["{", `${blank}{`],
      ['"timestamp"', `${blank}"timestamp"`],
      ['"timestamp"', `"timestamp"${blank}`],
      [":", `:${blank}`],
    ] as const) {
      const body = BODY.replace(before, after);
      expect(() => parse(body)).toThrow();
      expect(() => cache.read("a", body, parse)).toThrow();
    }
  },
);

test("The cache returns what parsing the whole body returns, for any bodies in any order", () => {
  const users = fc.array(
    fc.record({
      personIdentifier: fc.constantFrom("ada", 'b"ob', "c\\y", ""),
      status: fc.constantFrom("online", "away", null),
    }),
    { maxLength: 3 },
  );
  const time = fc.constantFrom("2024-01-15T14:30:00Z", "2024-01-15T14:31:00.5+01:00", "never", '", "', "\\u0030");
  const fields = fc.record({ timestamp: time, source: fc.constantFrom("slack", "timestamp"), users });
  const order = fc.constantFrom(["timestamp", "source", "users"] as const, ["users", "timestamp", "source"] as const);
  const duplicate = fc.constantFrom("", ',"timestamp":"2024-01-15T14:30:00Z"');
  const body = fc.tuple(fields, order, duplicate, fc.constantFrom(undefined, 1)).map(([values, keys, extra, space]) => {
    const sorted = Object.fromEntries(keys.map((key) => [key, values[key]]));
    return JSON.stringify(sorted, null, space).replace(/}$/, `${extra}}`);
  });
  const outcome = (read: () => ParsedUpdate): unknown => {
    try {
      return read();
    } catch (error) {
      return String(error);
    }
  };
  fc.assert(
    fc.property(fc.array(body, { minLength: 2, maxLength: 12 }), (bodies) => {
      const cache = new PresenceCache();
      for (const one of bodies) {
        expect(outcome(() => cache.read("a", one, parse))).toEqual(outcome(() => parse(one)));
      }
    }),
    { numRuns: 500 },
  );
});
