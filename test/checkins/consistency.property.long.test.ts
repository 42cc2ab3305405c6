import * as fc from "fast-check";
import { afterAll, expect, test, vi } from "vitest";
import { addDays, localWeekday } from "../../src/lib/time_zone.ts";
import { clockAt, postAnswers } from "../support/checkins.ts";
import { postMember, requestMember } from "../support/members.ts";
import { reports } from "../support/reports.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { addAbsence, removeAbsence } from "./absences/client.ts";

afterAll(() => {
  vi.useRealTimers();
});

const NAMES = ["ann", "ben"];
/** A Thursday, so that a run reaches a weekend. */
const FIRST_DAY = "2018-02-01";

type Entry = { completed: boolean; blocked: boolean; met: boolean };
type Role = "active" | "observer";

/** A model of a team, written without any database: its members, absences, and the entries of each report. */
class Model {
  today = FIRST_DAY;
  readonly roles = new Map<string, Role | "removed">();
  readonly reports = new Map<string, Map<string, Entry>>();
  readonly memberAbsences = new Set<string>();
  readonly teamAbsences = new Set<string>();

  isOnTeam(person: string): boolean {
    return this.roles.has(person) && this.roles.get(person) !== "removed";
  }

  /** Returns the status of a request about a person who is not on the team. */
  statusIfNotOnTeam(person: string): number {
    return this.roles.has(person) ? 410 : 404;
  }

  /** Applies a new role, or the removal, of a person. */
  setRole(person: string, role: Role | "removed"): void {
    this.roles.set(person, role);
    const report = this.reports.get(this.today);
    if (role === "active") this.addPending(report, person);
    else if (!report?.get(person)?.completed) report?.delete(person);
  }

  /** Creates today's report if it is due. */
  ensureReport(): void {
    const isDayOff = localWeekday(this.today) > 5 || this.teamAbsences.has(this.today);
    if (isDayOff || this.reports.has(this.today)) return;
    const report = new Map<string, Entry>();
    for (const [person, role] of this.roles) if (role === "active") this.addPending(report, person);
    this.reports.set(this.today, report);
  }

  addPending(report: Map<string, Entry> | undefined, person: string): void {
    if (!report?.has(person)) report?.set(person, { completed: false, blocked: false, met: false });
  }

  /** Counts the numbers of each report, the newest first. */
  metrics(): Record<string, unknown>[] {
    return [...this.reports.entries()]
      .sort(([a], [b]) => (a < b ? 1 : -1))
      .map(([date, report]) => {
        const entries = [...report.entries()].map(([person, entry]) => ({
          ...entry,
          absent: this.memberAbsences.has(date + person),
        }));
        const completed = entries.filter((entry) => entry.completed);
        const absent = entries.filter((entry) => !entry.completed && entry.absent).length;
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

type Action = { name: string; run: (team: Team, model: Model) => Promise<void> };

const name = fc.constantFrom(...NAMES);
const role = fc.constantFrom<Role>("active", "observer");
/** Today, tomorrow or yesterday. */
const day = fc.constantFrom(0, 0, 0, 0, 1, -1);
/** Whether an action should succeed. */
const possible = fc.constantFrom(true, true, true, false);

/** Checks the status of a response, and returns whether the request succeeded. */
async function succeeds(response: Promise<Response>, status: number): Promise<boolean> {
  const answer = await response;
  expect(answer.status, await answer.text()).toBe(status);
  return status < 300;
}

/** Joins or leaves the team. With `possible`, what the model allows; else what the API must refuse. */
const joinOrLeave = (person: string, as: Role, possible: boolean): Action => ({
  name: `${person} joins as ${as}, or leaves${possible ? "" : ", and fails"}`,
  async run(team, model) {
    const isJoining = model.isOnTeam(person) !== possible;
    if (isJoining) {
      const joined = postMember(team, { email: `${person}@x.test`, name: person, role: as });
      if (await succeeds(joined, possible ? 201 : 409)) model.setRole(person, as);
    } else {
      const removed = requestMember(team, `${person}@x.test`, "DELETE");
      if (await succeeds(removed, possible ? 204 : model.statusIfNotOnTeam(person))) model.setRole(person, "removed");
    }
  },
});

const changeRole = (person: string, as: Role): Action => ({
  name: `${person} becomes ${as}`,
  async run(team, model) {
    const changed = requestMember(team, `${person}@x.test`, "PATCH", { role: as });
    if (await succeeds(changed, model.isOnTeam(person) ? 200 : model.statusIfNotOnTeam(person)))
      model.setRole(person, as);
  },
});

const checkIn = (person: string, blocked: boolean, met: boolean): Action => ({
  name: `${person} checks in${blocked ? ", blocked" : ""}${met ? ", goals met" : ""}`,
  async run(team, model) {
    const entry = model.reports.get(model.today)?.get(person);
    const answers = { next: "Work", blockers: blocked ? "Rain" : " ", previous_completed: met };
    const expected = entry?.completed ? 200 : 201;
    if (
      await succeeds(
        postAnswers(team, `${person}@x.test`, answers),
        model.isOnTeam(person) ? (entry ? expected : 409) : model.statusIfNotOnTeam(person),
      )
    ) {
      model.reports.get(model.today)!.set(person, { completed: true, blocked, met });
    }
  },
});

const changeMemberAbsence = (person: string, daysAhead: number, possible: boolean): Action => ({
  name: `absence of ${person}, ${daysAhead} days ahead, added or removed${possible ? "" : " again"}`,
  async run(team, model) {
    const date = addDays(model.today, daysAhead);
    const exists = model.memberAbsences.has(date + person);
    const isAdding = exists !== possible;
    const status = isAdding ? (exists ? 202 : 201) : exists ? 204 : 404;
    const response = isAdding
      ? addAbsence(team, { date }, `${person}@x.test`)
      : removeAbsence(team, date, `${person}@x.test`);
    if (!(await succeeds(response, model.isOnTeam(person) ? status : model.statusIfNotOnTeam(person)))) return;
    if (isAdding) model.memberAbsences.add(date + person);
    else model.memberAbsences.delete(date + person);
  },
});

const changeTeamAbsence = (daysAhead: number, possible: boolean): Action => ({
  name: `absence of the team, ${daysAhead} days ahead, added or removed${possible ? "" : " again"}`,
  async run(team, model) {
    const date = addDays(model.today, daysAhead);
    const exists = model.teamAbsences.has(date);
    const isAdding = exists !== possible;
    if (
      !(await succeeds(
        isAdding ? addAbsence(team, { date }) : removeAbsence(team, date),
        isAdding ? (exists ? 202 : 201) : exists ? 204 : 404,
      ))
    ) {
      return;
    }
    if (!isAdding) model.teamAbsences.delete(date);
    else {
      model.teamAbsences.add(date);
      const isUsed = [...(model.reports.get(date)?.values() ?? [])].some(({ completed }) => completed);
      if (!isUsed) model.reports.delete(date);
    }
  },
});

async function startNextDay(_: Team, model: Model): Promise<void> {
  model.today = addDays(model.today, 1);
}

const action = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(name, role, possible).map((of) => joinOrLeave(...of)) },
  { weight: 2, arbitrary: fc.tuple(name, role).map((of) => changeRole(...of)) },
  { weight: 3, arbitrary: fc.tuple(name, fc.boolean(), fc.boolean()).map((of) => checkIn(...of)) },
  { weight: 3, arbitrary: fc.tuple(name, day, possible).map((of) => changeMemberAbsence(...of)) },
  { weight: 2, arbitrary: fc.tuple(day, possible).map((of) => changeTeamAbsence(...of)) },
  { weight: 1, arbitrary: fc.constant<Action>({ name: "the next day starts", run: startNextDay }) },
);

/** Compares every report with the model. One whose numbers differ from those in `before` must have changed at `time`. */
async function check(team: Team, model: Model, before: Map<string, string>, time: string): Promise<void> {
  model.ensureReport();
  const found = await reports(team);
  expect(found.map(({ date, metrics: { updated_at, ...numbers } }) => ({ date, ...numbers }))).toEqual(model.metrics());
  for (const { id, metrics, completed_status_ids: ids } of found) {
    const { updated_at: updatedAt, ...numbers } = metrics;
    expect(ids).toHaveLength(metrics.participation_count as number);
    const json = JSON.stringify(numbers);
    if (before.get(id) !== json) expect(`${updatedAt}`.replace(" ", "T")).toBe(time.slice(0, -1));
    before.set(id, json);
  }
}

test("After any sequence of changes, the numbers of every report equal those of a model, and updated_at is when they changed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 40 }), async (actions) => {
      const [team, model, before] = [await mintTeam(), new Model(), new Map<string, string>()];
      const firstMembers = NAMES.map((person) => joinOrLeave(person, "active", true));
      for (const [minute, { run }] of [...firstMembers, ...actions].entries()) {
        const time = () => `${model.today}T10:${String(minute).padStart(2, "0")}:00Z`;
        clockAt(time());
        await run(team, model);
        clockAt(time());
        await check(team, model, before, time());
      }
    }),
    { numRuns: 15 },
  );
}, 120_000);
