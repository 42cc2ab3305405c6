import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { Team } from "./team.ts";

/** [events, completed events, milliseconds worked]. */
export type Numbers = [number, number, number];

type Person = { id: string; zone: string };
type Event = { personId: string; at: number; details: string | null };
type Block = { personId: string; status: string; start: number; end: number };
type Subscription = { id: string; personId: string; timeWindow: string };

/** Everything in D1 from which the numbers of a team are calculated. */
type TeamData = { people: Map<string, Person>; classes: Record<string, boolean>; events: Event[]; blocks: Block[] };

/** The words of the contract ("Working time", "Numbers"), repeated here independently of the code. */
const NO_WORK =
  "offline, away, idle, inactive, be right back, brb, break, lunch, dinner, sick, vacation, holiday, leave, out of office, ooo, sleeping".split(
    ", ",
  );
const DONE =
  "completed, complete, done, closed, resolved, merged, success, succeeded, passed, shipped, deployed, released, approved".split(
    ", ",
  );

/** In every time zone, midnights have long been at whole quarters of an hour in UTC. */
const QUARTER_MS = 15 * 60_000;
const DAY_MS = 86_400_000;

const rows = async <T>(sql: string, ...params: unknown[]): Promise<T[]> =>
  (
    await env.DB.prepare(sql)
      .bind(...params)
      .all<T>()
  ).results;

async function readTeamData({ accountId, teamId }: Team): Promise<TeamData> {
  const [team] = await rows<{ zone: string; classes: string }>(
    "SELECT time_zone AS zone, status_classes AS classes FROM teams WHERE id = ?",
    teamId,
  );
  const people = await rows<{ id: string; zone: string | null }>(
    "SELECT id, time_zone AS zone FROM people WHERE account_id = ?",
    accountId,
  );
  return {
    people: new Map(people.map(({ id, zone }) => [id, { id, zone: zone ?? team!.zone }])),
    classes: JSON.parse(team!.classes),
    events: await rows(
      `SELECT i.person_id AS personId, e.occurred_at AS at, e.details
       FROM events e JOIN identities i ON i.id = e.identity_id WHERE e.team_id = ?`,
      teamId,
    ),
    blocks: await rows(
      `SELECT i.person_id AS personId, b.status, b.started_at AS start, coalesce(b.ended_at, b.last_seen_at) AS "end"
       FROM blocks b JOIN identities i ON i.id = b.identity_id WHERE b.team_id = ?`,
      teamId,
    ),
  };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns the local date of an instant by Intl, independently of src/lib/time_zone.ts. */
export function dateOf(ms: number, timeZone: string): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
    formats.set(timeZone, format);
  }
  return format.format(ms);
}

function isDone(details: string | null): boolean {
  const { status, state } = JSON.parse(details ?? "{}") as { status?: unknown; state?: unknown };
  if (typeof status === "string") return DONE.includes(status.trim().toLowerCase());
  return typeof state !== "string" || DONE.includes(state.trim().toLowerCase());
}

function works(status: string, classes: Record<string, boolean>): boolean {
  const folded = status.trim().toLowerCase().replaceAll(/[-_]/g, " ");
  return classes[folded] ?? !NO_WORK.includes(folded);
}

/** Calculates the milliseconds worked on each date in pieces, cut at every edge of a block and every quarter of an hour. */
export function workByDate(worked: { start: number; end: number }[], zone: string): Map<string, number> {
  const work = new Map<string, number>();
  const edges = [...new Set(worked.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  edges.forEach((from, n) => {
    const to = edges[n + 1] ?? from;
    if (!worked.some(({ start, end }) => start <= from && end >= to)) return;
    for (let at = from; at < to; ) {
      const next = Math.min(to, at - (at % QUARTER_MS) + QUARTER_MS);
      const date = dateOf(at, zone);
      work.set(date, (work.get(date) ?? 0) + next - at);
      at = next;
    }
  });
  return work;
}

/** Counts each day of a person from scratch; days without anything are absent. */
function daysOf(person: Person, { events, blocks, classes }: TeamData): Map<string, Numbers> {
  const worked = blocks.filter(({ personId, status }) => personId === person.id && works(status, classes));
  const days = new Map<string, Numbers>();
  for (const [date, ms] of workByDate(worked, person.zone)) days.set(date, [0, 0, ms]);
  for (const { personId, at, details } of events) {
    if (personId !== person.id) continue;
    const date = dateOf(at, person.zone);
    const [total, completed, ms] = days.get(date) ?? [0, 0, 0];
    days.set(date, [total + 1, completed + (isDone(details) ? 1 : 0), ms]);
  }
  return days;
}

/** Returns a key that two dates share exactly if they lie in the same window of this kind. */
export function windowKey(kind: string, date: string): string {
  const [year, month, day] = date.split("-").map(Number) as [number, number, number];
  switch (kind) {
    case "daily":
      return date;
    // 1970-01-01 was a Thursday.
    case "weekly":
      return `${Math.floor((Date.UTC(year, month - 1, day) / DAY_MS + 3) / 7)}`;
    case "monthly":
      return `${year}-${month}`;
    case "quarterly":
      return `${year}-${Math.floor((month - 1) / 3)}`;
    case "half_yearly":
      return `${year}-${month < 7}`;
    default:
      return `${year}`;
  }
}

/** Returns the date that many days later. */
const on = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

function snapshotOf({ personId, timeWindow }: Subscription, data: TeamData, now: number): unknown {
  const person = data.people.get(personId)!;
  const today = dateOf(now, person.zone);
  const isWithin = (date: string) => windowKey(timeWindow, date) === windowKey(timeWindow, today);
  const sums: Numbers = [0, 0, 0];
  for (const [date, numbers] of daysOf(person, data)) {
    if (isWithin(date)) for (const n of [0, 1, 2] as const) sums[n] += numbers[n];
  }
  let [first, last] = [today, today];
  while (isWithin(on(first, -1))) first = on(first, -1);
  while (isWithin(on(last, 1))) last = on(last, 1);
  return { numbers: sums, first, last, zone: person.zone };
}

const activeOf = ({ teamId }: Team) =>
  rows<Subscription & { shown: string }>(
    `SELECT s.id, coalesce(p.merged_into, p.id) AS personId, s.time_window AS timeWindow, json_object(
       'numbers', json_array(total_activities, completed_activities, work_ms),
       'first', start_date, 'last', end_date, 'zone', s.time_zone) AS shown
     FROM subscriptions s JOIN people p ON p.id = s.person_id WHERE s.team_id = ? AND s.status = 'active' ORDER BY s.id`,
    teamId,
  );

/** Checks the snapshots of these active subscriptions, or of all of the team, against a count from scratch. */
export async function expectSnapshots(team: Team, now: number, ids?: string[]): Promise<void> {
  const data = await readTeamData(team);
  const active = (await activeOf(team)).filter(({ id }) => ids?.includes(id) ?? true);
  const named = ({ id, timeWindow }: Subscription) => `${timeWindow} ${id}`;
  expect(Object.fromEntries(active.map((one) => [named(one), JSON.parse(one.shown)]))).toEqual(
    Object.fromEntries(active.map((one) => [named(one), snapshotOf(one, data, now)])),
  );
}

/** Checks every roll-up of the team, and its sums, against a count from scratch. No mark may be left. */
export async function expectRollups(team: Team): Promise<void> {
  const data = await readTeamData(team);
  const expected: Record<string, Numbers> = {};
  for (const person of data.people.values()) {
    for (const [date, numbers] of daysOf(person, data)) expected[`${person.id} ${date}`] = numbers;
  }
  type Row = { personId: string; month: string; days: string; sums: string };
  const stored = await rows<Row>(
    `SELECT person_id AS personId, month, days, json_array(total_activities, completed_activities, work_ms) AS sums
     FROM rollups WHERE team_id = ? AND counted = 0`,
    team.teamId,
  );
  const actual: Record<string, Numbers> = {};
  for (const { personId, month, days, sums } of stored) {
    const numbers = Object.entries(JSON.parse(days) as Record<string, Numbers>);
    for (const [day, its] of numbers) actual[`${personId} ${month}-${day}`] = its;
    const added = numbers.reduce<Numbers>(([a, b, c], [, [x, y, z]]) => [a + x, b + y, c + z], [0, 0, 0]);
    expect(JSON.parse(sums), `the sums of ${month}`).toEqual(added);
  }
  expect(actual).toEqual(expected);
  expect(await rows("SELECT * FROM stale_days WHERE team_id = ?", team.teamId)).toEqual([]);
}
