import { expect, test } from "vitest";
import {
  freePlan,
  gigabytesOfMonth,
  linesOf,
  type Measured,
  type Operation,
  timesAMonth,
  totalOf,
  totalsOf,
  usesOfDay,
} from "./cost.ts";
import { noUsage } from "./row.ts";

const nothing: Measured = { ...noUsage(), requests: 0, ms: 0 };
const measuredWith = (some: Partial<Record<Operation, Partial<Measured>>>) =>
  new Proxy({} as Record<Operation, Measured>, {
    get: (_, operation: Operation) => ({ ...nothing, ...some[operation] }),
  });
const free = { requests: 0, cpuMs: 0, objectRequests: 0, objectGbS: 0, objectRead: 0, objectWritten: 0 };

test("The tool of a team sends one heartbeat per minute for all its people", () => {
  const beats = (people: number, naming: "teams" | "people") =>
    usesOfDay({ people, naming }).find(({ operation }) => operation.startsWith("heartbeat"))!;
  expect(beats(10, "teams").count).toBe(480);
  expect(beats(1_000, "teams")).toMatchObject({ count: 4_800, formula: "10 teams x 480 min" });
  expect(beats(1_001, "teams").count).toBe(5_280);
  expect(beats(1_000, "people").count).toBe(480_000);
});

test("A month has 22 work days, and cron runs on all 30 days", () => {
  const uses = usesOfDay({ people: 100, naming: "teams" });
  const of = (operation: Operation) => timesAMonth(uses.find((use) => use.operation === operation)!);
  expect(of("event")).toBe(100 * 30 * 22);
  expect(of("viewer")).toBe(10 * 22);
  expect(of("cron wake of a team")).toBe(288 * 30);
});

test("A total is the count times the cost of one, and only work of an object counts as its duration", () => {
  const measured = measuredWith({
    event: { requests: 1, d1Written: 6, ms: 4 },
    "heartbeat of a team": { requests: 1, objectRequests: 1, objectWritten: 1, ms: 2 },
  });
  const totals = totalsOf(usesOfDay({ people: 100, naming: "teams" }), measured, ({ count }) => count);
  expect(totals).toMatchObject({ requests: 3_480, d1Written: 18_000, objectRequests: 480, objectWritten: 480 });
  expect(totals.cpuMs).toBe(3_000 * 4 + 480 * 2);
  expect(totals.objectGbS).toBeCloseTo(480 * 0.002 * 0.128);
});

test("Included usage costs nothing, and the plan always has its price", () => {
  const lines = linesOf({ ...free, d1Read: 25e9, d1Written: 52e6, d1Gb: 6, requests: 11e6 });
  const dollars = Object.fromEntries(lines.map(({ metric, dollars }) => [metric, dollars]));
  expect(dollars).toMatchObject({ d1Read: 0, d1Written: 2, d1Gb: 0.75 });
  expect(dollars.requests).toBeCloseTo(0.3);
  expect(totalOf(lines)).toBeCloseTo(8.05);
  expect(totalOf(linesOf({ ...free, d1Read: 0, d1Written: 0, d1Gb: 0 }))).toBe(5);
});

test("The tightest limit of the free plan sets how many people it can serve", () => {
  const limits = freePlan(
    "people",
    measuredWith({ "heartbeat of one person": { requests: 1 }, event: { d1Written: 5 } }),
  );
  const of = (name: string) => limits.find((limit) => limit.name === name)!.people;
  expect(of("Worker requests")).toBe(Math.floor(100_000 / 480));
  expect(of("D1 rows written")).toBe(Math.floor(100_000 / (30 * 5)));
});

test("The storage for the events of a month is computed in gigabytes", () => {
  expect(gigabytesOfMonth(1_000, 500)).toBeCloseTo(0.33);
});
