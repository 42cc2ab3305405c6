import * as fc from "fast-check";
import { afterAll, expect, test, vi } from "vitest";
import { addDays, localWeekday } from "../../src/lib/time_zone.ts";
import { postMember, requestMember } from "../support/members.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { away, back } from "./absences/client.ts";
import { reports } from "./reports/client.ts";
import { clockAt, post } from "./statuses/client.ts";

afterAll(() => {
  vi.useRealTimers();
});

const WHO = ["ann", "ben"];
/** A Thursday: a weekend is near. */
const FIRST_DAY = "2018-02-01";

type Entry = { completed: boolean; blocked: boolean; met: boolean };
type Role = "active" | "observer";

/** What the contract says of a team, written down the plain way: who is on it, and what each day's report counts. */
class Book {
  today = FIRST_DAY;
  readonly roles = new Map<string, Role | "removed">();
  readonly reports = new Map<string, Map<string, Entry>>();
  readonly leave = new Set<string>();
  readonly holidays = new Set<string>();

  isOnTeam(who: string): boolean {
    return this.roles.has(who) && this.roles.get(who) !== "removed";
  }

  /** How a request for somebody who is not on the team is refused. */
  refusal(who: string): number {
    return this.roles.has(who) ? 410 : 404;
  }

  becomes(who: string, role: Role | "removed"): void {
    this.roles.set(who, role);
    const report = this.reports.get(this.today);
    if (role === "active") this.expectOf(report, who);
    else if (!report?.get(who)?.completed) report?.delete(who);
  }

  begin(): void {
    const isOff = localWeekday(this.today) > 5 || this.holidays.has(this.today);
    if (isOff || this.reports.has(this.today)) return;
    const report = new Map<string, Entry>();
    for (const [who, role] of this.roles) if (role === "active") this.expectOf(report, who);
    this.reports.set(this.today, report);
  }

  expectOf(report: Map<string, Entry> | undefined, who: string): void {
    if (!report?.has(who)) report?.set(who, { completed: false, blocked: false, met: false });
  }

  /** The numbers of each report, the newest first. */
  metrics(): Record<string, unknown>[] {
    return [...this.reports.entries()]
      .sort(([a], [b]) => (a < b ? 1 : -1))
      .map(([date, report]) => {
        const entries = [...report.entries()].map(([who, entry]) => ({ ...entry, away: this.leave.has(date + who) }));
        const completed = entries.filter((entry) => entry.completed);
        const absent = entries.filter((entry) => !entry.completed && entry.away).length;
        return {
          date,
          blocked_count: completed.filter(({ blocked }) => blocked).length,
          participation_count: completed.length,
          absent_statuses_count: absent,
          present_statuses_count: entries.length - absent,
          previous_completed_count: completed.filter(({ met }) => met).length,
        };
      });
  }
}

type Action = { name: string; run: (team: Team, book: Book) => Promise<void> };

const who = fc.constantFrom(...WHO);
const role = fc.constantFrom<Role>("active", "observer");
/** Today, tomorrow or yesterday. */
const day = fc.constantFrom(0, 0, 0, 0, 1, -1);
const possible = fc.constantFrom(true, true, true, false);

/** Checks how a request is answered, and says whether it went well. */
async function answers(response: Promise<Response>, status: number): Promise<boolean> {
  const answer = await response;
  expect(answer.status, await answer.text()).toBe(status);
  return status < 300;
}

/** Joins or leaves the team, whichever is possible, or else tries what is not. */
const move = (one: string, as: Role, possible: boolean): Action => ({
  name: `${one} joins as ${as}, or leaves${possible ? "" : ", in vain"}`,
  async run(team, book) {
    const isJoining = book.isOnTeam(one) !== possible;
    if (isJoining) {
      const joined = postMember(team, { email: `${one}@x.test`, name: one, role: as });
      if (await answers(joined, possible ? 201 : 409)) book.becomes(one, as);
    } else {
      const removed = requestMember(team, `${one}@x.test`, "DELETE");
      if (await answers(removed, possible ? 204 : book.refusal(one))) book.becomes(one, "removed");
    }
  },
});

const changeRole = (one: string, as: Role): Action => ({
  name: `${one} becomes ${as}`,
  async run(team, book) {
    const changed = requestMember(team, `${one}@x.test`, "PATCH", { role: as });
    if (await answers(changed, book.isOnTeam(one) ? 200 : book.refusal(one))) book.becomes(one, as);
  },
});

const checkIn = (one: string, blocked: boolean, met: boolean): Action => ({
  name: `${one} checks in${blocked ? ", blocked" : ""}${met ? ", goals met" : ""}`,
  async run(team, book) {
    const entry = book.reports.get(book.today)?.get(one);
    const said = { next: "Work", blockers: blocked ? "Rain" : " ", previous_completed: met };
    const right = entry?.completed ? 200 : 201;
    if (
      await answers(post(team, `${one}@x.test`, said), book.isOnTeam(one) ? (entry ? right : 409) : book.refusal(one))
    ) {
      book.reports.get(book.today)!.set(one, { completed: true, blocked, met });
    }
  },
});

const goOnLeave = (one: string, ahead: number, possible: boolean): Action => ({
  name: `${one} takes leave ${ahead}, or gives it back${possible ? "" : ", in vain"}`,
  async run(team, book) {
    const date = addDays(book.today, ahead);
    const stands = book.leave.has(date + one);
    const on = stands !== possible;
    const status = on ? (stands ? 202 : 201) : stands ? 204 : 404;
    const asked = on ? away(team, { date }, `${one}@x.test`) : back(team, date, `${one}@x.test`);
    if (!(await answers(asked, book.isOnTeam(one) ? status : book.refusal(one)))) return;
    if (on) book.leave.add(date + one);
    else book.leave.delete(date + one);
  },
});

const takeHoliday = (ahead: number, possible: boolean): Action => ({
  name: `a holiday ${ahead} comes or goes${possible ? "" : ", in vain"}`,
  async run(team, book) {
    const date = addDays(book.today, ahead);
    const stands = book.holidays.has(date);
    const on = stands !== possible;
    if (
      !(await answers(on ? away(team, { date }) : back(team, date), on ? (stands ? 202 : 201) : stands ? 204 : 404))
    ) {
      return;
    }
    if (!on) book.holidays.delete(date);
    else {
      book.holidays.add(date);
      const isUsed = [...(book.reports.get(date)?.values() ?? [])].some(({ completed }) => completed);
      if (!isUsed) book.reports.delete(date);
    }
  },
});

async function sleep(_: Team, book: Book): Promise<void> {
  book.today = addDays(book.today, 1);
}

const action = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(who, role, possible).map((of) => move(...of)) },
  { weight: 2, arbitrary: fc.tuple(who, role).map((of) => changeRole(...of)) },
  { weight: 3, arbitrary: fc.tuple(who, fc.boolean(), fc.boolean()).map((of) => checkIn(...of)) },
  { weight: 3, arbitrary: fc.tuple(who, day, possible).map((of) => goOnLeave(...of)) },
  { weight: 2, arbitrary: fc.tuple(day, possible).map((of) => takeHoliday(...of)) },
  { weight: 1, arbitrary: fc.constant<Action>({ name: "sleep", run: sleep }) },
);

/** Reads every report and holds it against the book; one whose numbers are not those of `before` has changed at `time`. */
async function check(team: Team, book: Book, before: Map<string, string>, time: string): Promise<void> {
  book.begin();
  const found = await reports(team);
  expect(found.map(({ date, metrics: { updated_at, ...numbers } }) => ({ date, ...numbers }))).toEqual(book.metrics());
  for (const { id, metrics, completed_status_ids: ids } of found) {
    const { updated_at: updatedAt, ...numbers } = metrics;
    expect(ids).toHaveLength(metrics.participation_count as number);
    const shown = JSON.stringify(numbers);
    if (before.get(id) !== shown) expect(`${updatedAt}`.replace(" ", "T")).toBe(time.slice(0, -1));
    before.set(id, shown);
  }
}

test("whatever a team does, the numbers of every report are those of a count from scratch, and say when they changed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 40 }), async (actions) => {
      const [team, book, before] = [await mintTeam(), new Book(), new Map<string, string>()];
      const founding = WHO.map((one) => move(one, "active", true));
      for (const [minute, { run }] of [...founding, ...actions].entries()) {
        const time = () => `${book.today}T10:${String(minute).padStart(2, "0")}:00Z`;
        clockAt(time());
        await run(team, book);
        clockAt(time());
        await check(team, book, before, time());
      }
    }),
    { numRuns: 15 },
  );
}, 120_000);
