import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PresenceCache } from "../../../src/api/stats_aware/presence_cache.ts";
import { presenceUpdate } from "../../../src/api/stats_aware/presence_schema.ts";
import { type ParsedUpdate, toHeartbeat } from "../../../src/api/stats_aware/presence_update.ts";
import { readJson } from "../../../src/http/body.ts";

/** Reads a body from the first character to the last; throws what the caller is told of a bad one. */
const whole = (body: string): ParsedUpdate => toHeartbeat(readJson(presenceUpdate, body).value);

const BODY = JSON.stringify({
  ...{ timestamp: "2024-01-15T14:30:00Z", source: "slack" },
  users: [{ personIdentifier: "ada", status: "online", details: { timestamp: "2024-01-15T14:30:00Z" } }],
});
const later = BODY.replace("14:30:00Z", "14:31:00Z");

/** Reads the bodies one after the other, and says of each how often it had to be read whole. */
function readings(...bodies: [tool: string, body: string][]): number[] {
  const memo = new PresenceCache();
  return bodies.map(([tool, body]) => {
    let count = 0;
    const read = (text: string) => {
      count += 1;
      return whole(text);
    };
    expect(memo.read(tool, body, read)).toEqual(whole(body));
    return count;
  });
}

describe("A body that is in the cache", () => {
  test("A body with only a new timestamp is not parsed again", () => {
    expect(readings(["a", BODY], ["a", later], ["a", BODY], ["a", later.replace('{"', '{ \n"')])).toEqual([1, 0, 0, 0]);
  });

  test("Several bodies of one integration are cached at the same time", () => {
    const bob = BODY.replace('"ada"', '"bob"');
    expect(readings(["a", BODY], ["a", bob], ["a", later], ["a", bob])).toEqual([1, 1, 0, 0]);
  });

  test("Integrations do not share entries", () => {
    expect(readings(["a", BODY], ["b", later], ["b", BODY])).toEqual([1, 1, 0]);
  });
});

describe("A body that is not in the cache", () => {
  test.each([
    ["another person", BODY.replace("}]", '},{"personIdentifier":"bob","status":"online"}]')],
    ["another status", BODY.replace("online", "away")],
    ["another source", BODY.replace("slack", "git")],
    ["another time in its details", BODY.replace(/(.*)14:30/, "$114:31")],
  ])("A body with %s is parsed", (_, body) => {
    expect(readings(["a", BODY], ["a", body])).toEqual([1, 1]);
  });

  test.each([
    ["blanks before it", " ".repeat(9) + BODY],
    ["digits in its fraction of a second", BODY.replace("00Z", `00.${"0".repeat(60)}Z`)],
  ])("A body with more %s than any tool writes is not cached", (_, body) => {
    expect(readings(["a", body], ["a", body])).toEqual([1, 1]);
  });

  test("A body whose timestamp is not its first field is not cached", () => {
    const last = JSON.stringify({ users: [], source: "slack", timestamp: "2024-01-15T14:30:00Z" });
    expect(readings(["a", last], ["a", last])).toEqual([1, 1]);
  });

  test("The least recently used body is evicted when the cache is full", () => {
    const memo = new PresenceCache();
    const known: string[] = [];
    const read = (text: string) => {
      known.push(text.slice(0, 80));
      return whole(BODY);
    };
    memo.read("a", BODY, read);
    for (let n = 0; n < 8; n++) memo.read("a", BODY.replace("ada", `${n}${"x".repeat(1_000_000)}`), read);
    memo.read("a", BODY, read);
    expect(known).toHaveLength(10);
  });
});

describe("An invalid timestamp", () => {
  const known = new PresenceCache();
  known.read("a", BODY, whole);

  test.each(["", "yesterday", "2024-01-15T14:30:00", "2024-02-30T00:00:00Z", "\\u0032024-01-15T14:30:00Z\\"])(
    "A cached body with the timestamp %o is refused",
    (time) => {
      const body = BODY.replace("2024-01-15T14:30:00Z", time);
      expect(() => known.read("a", body, whole)).toThrow();
      expect(() => whole(body)).toThrow();
    },
  );
});

test.each(["\u00a0", "\ufeff", "\v", "\f", "\u2028", "\0"])(
  "A cached body with %j, which is no blank in JSON, is refused",
  (blank) => {
    const known = new PresenceCache();
    known.read("a", BODY, whole);
    for (const [before, after] of [
      ["{", `${blank}{`],
      ['"timestamp"', `${blank}"timestamp"`],
      ['"timestamp"', `"timestamp"${blank}`],
      [":", `:${blank}`],
    ] as const) {
      const body = BODY.replace(before, after);
      expect(() => whole(body)).toThrow();
      expect(() => known.read("a", body, whole)).toThrow();
    }
  },
);

test("The cache returns what parsing the whole body returns, for any bodies in any order", () => {
  const users = fc.array(
    fc.record({ personIdentifier: fc.constantFrom("ada", 'b"ob', "c\\y"), status: fc.constantFrom("online", "away") }),
    { maxLength: 2 },
  );
  const time = fc.constantFrom("2024-01-15T14:30:00Z", "2024-01-15T14:31:00.5+01:00", "never", '", "', "\\u0030");
  const fields = fc.record({ timestamp: time, source: fc.constantFrom("slack", "timestamp"), users });
  const order = fc.constantFrom(["timestamp", "source", "users"] as const, ["users", "timestamp", "source"] as const);
  const again = fc.constantFrom("", ',"timestamp":"2024-01-15T14:30:00Z"');
  const body = fc.tuple(fields, order, again, fc.constantFrom(undefined, 1)).map(([said, keys, more, space]) => {
    const sorted = Object.fromEntries(keys.map((key) => [key, said[key]]));
    return JSON.stringify(sorted, null, space).replace(/}$/, `${more}}`);
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
      const memo = new PresenceCache();
      for (const one of bodies) {
        expect(outcome(() => memo.read("a", one, whole))).toEqual(outcome(() => whole(one)));
      }
    }),
    { numRuns: 500 },
  );
});
