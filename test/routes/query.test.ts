import { beforeAll, describe, expect, test } from "vitest";
import { encodeCursor } from "../../src/lib/cursor.ts";
import { expectError, expectRefusal } from "../support/error.ts";
import { MATRIX, type Sample } from "./matrix.ts";
import { address, ask, credentials, observableAnswer } from "./request.ts";
import { absentNames, mintWorld, type World } from "./world.ts";

let world: World;

beforeAll(async () => {
  world = await mintWorld();
});

const LONG = "x".repeat(321);
const DATE = "2026-01-01";
const TIMES = ["", "yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "1767225600000", "0"];

/** Invalid values of each parameter. Every parameter that a sample uses must be listed. */
const INVALID: Record<string, string[]> = {
  limit: ["0", "201", "-1", "abc", "", "1.5", "1e1", "0x10", " 5", "+5", "Infinity", "9".repeat(400)],
  cursor: ["", "nonsense", "%%%", "e30", "W10", LONG, encodeCursor({ at: Number.NaN, id: "" }).slice(0, 4)],
  person: ["", " ", LONG],
  user_id: ["", " ", LONG],
  from: TIMES,
  to: TIMES,
  integration: ["", " ", "x".repeat(65)],
  created_from: TIMES,
  created_to: TIMES,
  kind: ["", "x".repeat(65)],
  external_id: ["", "x".repeat(257)],
  status: ["", "x".repeat(65)],
  source: ["", "x".repeat(129)],
  present: ["", "1", "yes", "TRUE", "maybe"],
  q: [LONG],
  weeks: ["0", "27", "-1", "abc", "", "1.5", "1e1", "0x10", "9".repeat(400)],
  page: ["0", "-1", "abc", "", "1.5", "1e1", "0x10", " 5", "+5", "1000001", "9".repeat(400)],
  account_id: ["", " ", "x".repeat(65)],
  people: ["", ",", LONG],
  date: ["", "today", "2026-02-30", "2026-1-1", "2026-01-01T00:00:00Z", "+2026-01-01", "20260101"],
};

/** The first and the last valid values of each parameter that has a range. */
const EXTREME: Record<string, string[]> = {
  limit: ["1", "200"],
  weeks: ["1", "26"],
  page: ["1", "1000000"],
  from: ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59-00:00"],
  to: ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "0000-01-01T00:00Z"],
  date: ["0000-01-01", "0001-01-01", "9999-12-31"],
};

/** The sample of each route that has a query. Lists without numbered pages also accept a cursor. */
const QUERIES = Object.entries(MATRIX).flatMap(([route, { samples }]) => {
  const index = samples.findIndex((sample) => sample(absentNames()).query);
  if (index < 0) return [];
  const names = Object.keys(samples[index]!(absentNames()).query!);
  return [{ route, index, names: names.includes("limit") && !names.includes("page") ? [...names, "cursor"] : names }];
});

describe.each(QUERIES)("the query of $route", ({ route, index, names }) => {
  const sample = (): Sample => MATRIX[route]!.samples[index]!(world.names);
  /** The name of the list of values: a period is of times, or of dates. */
  const valuesOf = (name: string): string =>
    ["from", "to"].includes(name) && sample().query![name]!.length === DATE.length ? "date" : name;
  const send = (query: Record<string, string>) => {
    const headers = credentials(MATRIX[route]!.accepts, world)[0]!;
    return ask(route, { ...sample(), query: { ...sample().query, ...query } }, { headers });
  };

  test.each(names)("An invalid %s is refused, and the answer names it", async (name) => {
    expect(Object.keys(INVALID)).toContain(name);
    for (const value of INVALID[valuesOf(name)]!) {
      const { issues } = await expectError(await send({ [name]: value }), 400, "bad_request");
      expect(
        issues!.map(({ path }) => path),
        value,
      ).toEqual([name]);
    }
  });

  test("One answer names every invalid parameter", async () => {
    const { issues } = await expectError(
      await send(Object.fromEntries(names.map((name) => [name, INVALID[valuesOf(name)]![0]!]))),
      400,
      "bad_request",
    );
    expect(issues!.map(({ path }) => path).sort()).toEqual([...names].sort());
  });

  test("A parameter that occurs twice is refused", async () => {
    const headers = credentials(MATRIX[route]!.accepts, world)[0]!;
    for (const name of names) {
      const url = new URL(address(route, sample()));
      url.searchParams.append(name, "1");
      url.searchParams.append(name, "1");
      const response = await ask(route, sample(), { headers, url: url.href });
      const { issues } = await expectError(response, 400, "bad_request");
      expect(issues!.map(({ path }) => path)).toEqual([name]);
    }
  });

  test("Unknown parameters do not change the answer", async () => {
    const plain = await send({});
    const more = await send({
      unknown: "1",
      ["__proto__"]: "1",
      constructor: "1",
      "": "1",
      "limit[]": "0",
      Limit: "0",
    });
    expect(plain.status).toBe(200);
    // The local time may differ between two answers.
    const withoutLocalTime = async (response: Response) =>
      (await observableAnswer(response)).replace(/"local_time":"[^"]*"/g, "");
    const next = (text: string) => text.replace(/^link: .*\n/m, "");
    expect(next(await withoutLocalTime(more))).toBe(next(await withoutLocalTime(plain)));
  });

  test("The first and the last value of each parameter are accepted", async () => {
    for (const name of names) {
      // The numbered pages of Stats Notifier have at most 100 items.
      const isShort = name === "limit" && names.includes("page");
      for (const value of isShort ? ["1", "100"] : (EXTREME[valuesOf(name)] ?? [])) {
        const response = await send({ [name]: value });
        // A period may be empty or too long for the route: then `to` is refused.
        if (!response.ok)
          expect((await expectError(response, 400, "bad_request")).issues).toMatchObject([{ path: "to" }]);
      }
    }
  });

  test("A well-formed cursor to a place that does not exist is accepted or refused, but never fails", async () => {
    if (!names.includes("cursor")) return;
    const times = [0, -1, Date.now(), 8.64e15, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 1.5, 1e300];
    for (const at of [...times, "", "\0", "\ud800", "ann", "\uffff".repeat(1_000)]) {
      for (const id of ["", "'\ud800\0", "\uffff".repeat(1_000)]) {
        const response = await send({ cursor: encodeCursor({ at, id }) });
        if (response.ok) continue;
        expect((await expectError(response, 400, "bad_request")).issues).toMatchObject([{ path: "cursor" }]);
      }
    }
  });
});

/** The routes whose path names a resource. A date in a path is not a name: it is only valid or invalid. */
const WITH_PATHS = Object.entries(MATRIX).filter(([route, { finds }]) => /\/:(?!date)/.test(route) && !finds);

test.each(WITH_PATHS)(
  "A path whose name matches no resource is answered with 404: %s",
  async (route, { accepts, samples }) => {
    const headers = credentials(accepts, world)[0]!;
    const sample = samples[0]!(world.names);
    const send = (text: string) => {
      const { date, ...names } = sample.params!;
      const params = {
        ...(date && { date }),
        ...Object.fromEntries(Object.keys(names).map((name) => [name, "PLACE"])),
      };
      return ask(route, sample, { headers, url: address(route, { ...sample, params }).replace("PLACE", () => text) });
    };
    const texts = ["%00", "%FF", "%E0%A4%A", "%", "%ED%A0%80", "a%2Fb", "%2E%2E%2F", "'", '"', "*", ":id", "null", "0"];
    for (const text of [...texts, "%20", "%0A", "%C3%A9".repeat(100), "x".repeat(30_000), "__proto__", "%25%00"]) {
      await expectError(await send(text), 404, "not_found");
    }
    // These texts change the path itself, and the other path may exist.
    for (const text of ["", ".", "..", "%2E", "/", "#", "?"]) {
      const response = await send(text);
      if (!response.ok) await expectRefusal(response);
    }
  },
);
