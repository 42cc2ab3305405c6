import * as fc from "fast-check";
import Papa from "papaparse";
import { afterEach, expect, test, vi } from "vitest";
import { TIME_WINDOWS } from "../../src/statistics/window.ts";
import { MINUTE, push } from "../support/presence.ts";
import { dateOf } from "../support/statistics.ts";
import { pushEvents, refresh, subscribe } from "../support/subscriptions.ts";
import { call, mintTeam, type Team } from "../support/team.ts";

const DAY = 1_440 * MINUTE;
/** A Saturday. The next day, clocks change in New York. */
const START = Date.parse("2030-03-09T20:00:00Z");
const ZONES = ["America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Madrid"];
/** Details that count as completed; the histories have no others. */
const DONE = ["done", "merged"];

afterEach(() => {
  vi.useRealTimers();
});

/** Reads every row of an export, page by page. */
async function exported(team: Team, path: string): Promise<Record<string, string>[]> {
  const response = await call(path, { headers: { ...team.asTeam, Accept: "text/csv" } });
  expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "text/csv; charset=utf-8"]);
  const { data } = Papa.parse<Record<string, string>>(await response.text(), { header: true, skipEmptyLines: true });
  const next = /<https:\/\/[^/]+([^>]+)>; rel="next"/.exec(response.headers.get("Link") ?? "")?.[1];
  return next ? [...data, ...(await exported(team, next))] : data;
}

/** Returns the instant at which a date begins: the first quarter of an hour with this local date. */
function beginningOf(date: string, zone: string): number {
  let at = Date.parse(`${date}T00:00:00Z`) - DAY;
  while (dateOf(at, zone) < date) at += 15 * MINUTE;
  return at;
}

const dayAfter = (date: string): string => new Date(Date.parse(`${date}T00:00:00Z`) + DAY).toISOString().slice(0, 10);

/** Calculates the milliseconds that any block covers, by counting the open blocks from edge to edge. */
function covered(blocks: { from: number; to: number }[]): number {
  const edges = blocks.flatMap(({ from, to }) => [
    { at: from, step: 1 },
    { at: to, step: -1 },
  ]);
  edges.sort((a, b) => a.at - b.at);
  let [ms, open, since] = [0, 0, 0];
  for (const { at, step } of edges) {
    if (open > 0) ms += at - since;
    open += step;
    since = at;
  }
  return ms;
}

/** Sums the exports of [start, end); hours are rounded at the end. */
async function addedUp(team: Team, person: string, start: number, end: number) {
  const query = new URLSearchParams({ person, limit: "7" });
  query.set("from", new Date(start).toISOString());
  query.set("to", new Date(end).toISOString());
  const events = await exported(team, `/api/v1/events?${query}`);
  const statusOf = ({ details }: Record<string, string>) =>
    (JSON.parse(details || "{}") as { status?: string }).status ?? "done";
  const blocks = (await exported(team, `/api/v1/blocks?${query}`))
    .filter(({ working }) => working === "true")
    .map(({ started_at, ended_at, last_seen_at }) => ({
      from: Math.max(Date.parse(started_at!), start),
      to: Math.min(Date.parse(ended_at || last_seen_at!), end),
    }))
    .filter(({ from, to }) => from < to);
  return {
    total_activities: events.length,
    completed_activities: events.filter((event) => DONE.includes(statusOf(event))).length,
    hours_logged: Math.round(covered(blocks) / 36_000) / 100,
  };
}

const beat = fc.record({
  after: fc.integer({ min: 1, max: 700 }),
  who: fc.constantFrom("ada", "ada.l"),
  source: fc.constantFrom("desk", "chat"),
  status: fc.constantFrom("online", "coding", "lunch", "offline"),
  details: fc.option(fc.constantFrom({}, { status: "done" }, { status: "merged" }, { status: "open" })),
});

test("The numbers of every window equal the sum of the exports of the same time", async () => {
  const history = fc.array(beat, { minLength: 10, maxLength: 30, size: "max" });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ZONES), history, async (zone, beats) => {
      vi.useFakeTimers({ toFake: ["Date"], now: START });
      const team = await mintTeam({ timeZone: zone, timeoutMinutes: 720 });
      await push(team, { ada: "online", "ada.l": "online" });
      const merge = await call("/api/v1/people/ada/merge", { headers: team.asTeam, body: { person: "ada.l" } });
      expect(merge.status).toBe(200);
      let now = START;
      for (const { after, who, source, status, details } of beats) {
        now += after * MINUTE + 1_234;
        vi.setSystemTime(now);
        await push(team, { [who]: status }, { source });
        if (details) await pushEvents(team, [[who, new Date(now - after * 1_000).toISOString(), details]]);
      }
      for (const kind of TIME_WINDOWS) {
        const { notification_id: id } = await subscribe(team, "ada", kind);
        const { snapshot, window } = await refresh(team, id);
        const [start, end] = [beginningOf(window.start_date, zone), beginningOf(dayAfter(window.end_date), zone)];
        expect(snapshot, `${kind} in ${zone}`).toEqual(await addedUp(team, "ada", start, end));
      }
    }),
    { numRuns: 8, endOnFailure: true },
  );
}, 60_000);
