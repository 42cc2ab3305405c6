import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { findActivity } from "../../../src/checkins/activities/store.ts";
import { database } from "../../../src/db/client.ts";
import { saveEvents } from "../../../src/events/store.ts";
import { localDate } from "../../../src/lib/time_zone.ts";
import { anEvent, push } from "../../events/client.ts";
import { clockAt, mintMembers, putAnswers, read, run, status, statuses } from "../../support/checkins.ts";
import { recordStatements, rowsRead } from "../../support/statements.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";
import { getActivity } from "./client.ts";

afterEach(() => void vi.useRealTimers());

const DAY_MS = 86_400_000;

/** Creates a team of Emma alone, with a report created at each of these instants. */
async function mintReports(timeZone: string, ...instants: string[]): Promise<Team> {
  const team = await mintTeam({ timeZone });
  await mintMembers(team, "Emma Garrett");
  for (const instant of instants) {
    clockAt(instant);
    await statuses(team);
  }
  return team;
}

/**
 * Pushes an event of Emma's and returns the date of its check-in, or null. Checks that the event names the check-in that
 * lists it.
 */
async function dateOfCheckin(team: Team, timestamp: string): Promise<string | null> {
  const event = anEvent({ personIdentifier: "emma.garrett@x.test", timestamp });
  await push(team, event);
  const found = await findActivity(database(env.DB), team, { externalId: event.externalId });
  const activity = await getActivity(team, found!.id);
  const listedBy = (await statuses(team)).filter((one) => one.status_activity_ids.includes(activity.id));
  expect(listedBy.map(({ id }) => id)).toEqual(activity.status_id === null ? [] : [activity.status_id]);
  return listedBy[0]?.report_date ?? null;
}

describe("the check-in of an event", () => {
  const FRIDAY_AND_MONDAY = ["2018-02-02T20:00:00Z", "2018-02-05T20:00:00Z"];
  test.each([
    ["UTC", "2018-02-01T23:59:59.999Z", null],
    ["UTC", "2018-02-02T00:00:00Z", "2018-02-02"],
    ["UTC", "2018-02-02T23:59:59.999Z", "2018-02-02"],
    ["UTC", "2018-02-03T00:00:00Z", "2018-02-05"],
    ["UTC", "2018-02-05T19:59:59Z", "2018-02-05"],
    ["America/Los_Angeles", "2018-02-02T07:59:59.999Z", null],
    ["America/Los_Angeles", "2018-02-02T08:00:00Z", "2018-02-02"],
    ["America/Los_Angeles", "2018-02-03T07:59:59.999Z", "2018-02-02"],
    ["America/Los_Angeles", "2018-02-03T08:00:00Z", "2018-02-05"],
  ])(
    "In %s, the check-in of an event at %s is that of the first report day not over by then",
    async (zone, timestamp, date) => {
      expect(await dateOfCheckin(await mintReports(zone, ...FRIDAY_AND_MONDAY), timestamp)).toBe(date);
    },
  );

  test("In Kiritimati, where the date differs from UTC for most of the day, the local date decides", async () => {
    const team = await mintReports("Pacific/Kiritimati", "2018-02-04T20:00:00Z", "2018-02-05T20:00:00Z");
    expect(await dateOfCheckin(team, "2018-02-05T09:59:59.999Z")).toBe("2018-02-05");
    expect(await dateOfCheckin(team, "2018-02-05T10:00:00Z")).toBe("2018-02-06");
  });

  test("Local midnight decides also where a night is an hour shorter", async () => {
    const instants = ["2018-03-09T20:00:00Z", "2018-03-12T20:00:00Z", "2018-03-13T20:00:00Z"];
    const team = await mintReports("America/New_York", ...instants);
    expect(await dateOfCheckin(team, "2018-03-10T04:59:59.999Z")).toBe("2018-03-09");
    expect(await dateOfCheckin(team, "2018-03-10T05:00:00Z")).toBe("2018-03-12");
    expect(await dateOfCheckin(team, "2018-03-13T03:59:59.999Z")).toBe("2018-03-12");
    expect(await dateOfCheckin(team, "2018-03-13T04:00:00Z")).toBe("2018-03-13");
  });
});

describe("the event and its check-in agree", () => {
  test.each(["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns", "Asia/Kathmandu"])(
    "In %s, the check-in that lists an event is the one the event names, at any time",
    async (zone) => {
      const start = Date.UTC(2018, 2, 5, 12);
      const days = Array.from({ length: 12 }, (_, n) => new Date(start + n * DAY_MS).toISOString());
      const team = await mintReports(zone, ...days);
      const reports = await env.DB.prepare("SELECT date, previous_date FROM reports WHERE team_id = ? ORDER BY date")
        .bind(team.teamId)
        .all<{ date: string; previous_date: string }>();
      expect(reports.results.length).toBeGreaterThan(7);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: -3 * 24 * 60, max: 11 * 24 * 60 }), async (minute) => {
          const at = start + minute * 60_000;
          const local = localDate(at, zone);
          const report = reports.results.find(({ date, previous_date }) => previous_date < local && local <= date);
          expect(await dateOfCheckin(team, new Date(at).toISOString())).toBe(report?.date ?? null);
        }),
        { numRuns: 15 },
      );
    },
  );
});

describe("the check-in of an event after a merge", () => {
  /** Merges Emma and the identifier `em`, which has an event on Monday, and returns the event's activity. */
  async function mergeWithEvent(into: string, from: string, ...checkedIn: string[]) {
    const team = await mintReports("UTC", "2018-02-05T20:00:00Z");
    for (const name of checkedIn) await read(putAnswers(team, `2018-02-05-${name}`, { next: "x" }));
    await push(team, anEvent({ personIdentifier: "em", timestamp: "2018-02-05T10:00:00Z", externalId: "of-em" }));
    await read(call(`/api/v1/people/${into}/merge`, { headers: team.asTeam, body: { person: from } }));
    const found = await findActivity(database(env.DB), team, { externalId: "of-em" });
    return { team, found: await getActivity(team, found!.id) };
  }

  test("An event of the merged person is in the successor's check-in", async () => {
    const { team, found } = await mergeWithEvent("emma-garrett", "em");
    const emma = await status(team, "2018-02-05-emma-garrett");
    expect(emma.status_activity_ids).toEqual([found.id]);
    expect(found.status_id).toBe(emma.id);
  });

  test("An event is in the check-in that the merged person completed if the successor has none", async () => {
    const { team, found } = await mergeWithEvent("em", "emma-garrett", "emma-garrett");
    const emma = await status(team, "2018-02-05-emma-garrett");
    expect(emma).toMatchObject({ id: found.status_id, status_activity_ids: [found.id] });
  });

  test("An event is in no check-in if only the merged person was expected and did not check in", async () => {
    const { found } = await mergeWithEvent("em", "emma-garrett");
    expect(found.status_id).toBeNull();
  });

  test("An event is in the successor's own check-in if both have one", async () => {
    const team = await mintTeam();
    clockAt("2018-02-05T20:00:00Z");
    await mintMembers(team, "Emma Garrett", "Adam Young");
    for (const slug of ["2018-02-05-adam-young", "2018-02-05-emma-garrett"]) {
      await statuses(team);
      await read(putAnswers(team, slug, { next: "x" }));
    }
    for (const [into, from] of [
      ["emma-garrett", "adam-young"],
      ["adam-young", "emma-garrett"],
    ] as const) {
      const event = anEvent({
        personIdentifier: `${from.replace("-", ".")}@x.test`,
        timestamp: "2018-02-05T10:00:00Z",
      });
      await push(team, event);
      const change = (verb: string) =>
        read(call(`/api/v1/people/${into}/${verb}`, { headers: team.asTeam, body: { person: from } }));
      await change("merge");
      const found = await findActivity(database(env.DB), team, { externalId: event.externalId });
      const own = await status(team, `2018-02-05-${into}`);
      expect((await getActivity(team, found!.id)).status_id).toBe(own.id);
      expect(own.status_activity_ids).toContain(found!.id);
      await change("unmerge");
    }
  });
});

test("An activity is found with its check-in by one query of a few rows, however long the history", async () => {
  const team = await mintTeam();
  const [person] = await mintMembers(team, "Emma Garrett");
  const start = Date.UTC(2016, 0, 1);
  const dates = Array.from({ length: 520 }, (_, n) => new Date(start + n * DAY_MS).toISOString().slice(0, 10));
  await run(
    `INSERT INTO reports (id, team_id, date, previous_date, questions, created_at, updated_at)
     SELECT ?1 || value, ?1, value, date(value, '-1 day'), '{}', 0, 0 FROM json_each(?2)`,
    ...[team.teamId, JSON.stringify(dates)],
  );
  await run(
    `INSERT INTO checkins (id, team_id, report_id, person_id, date, slug, completed_at, created_at, updated_at)
     SELECT 'c' || id, team_id, id, ?, date, date || '-emma', 1, 0, 0 FROM reports WHERE team_id = ?`,
    ...[person, team.teamId],
  );
  const days = dates.map((_, n) => ({
    ...{ kind: "commit", title: "t", scope: "s", url: null, details: null, identifier: "emma.garrett@x.test" },
    ...{ externalId: `e${n}`, occurredAt: start + n * DAY_MS },
  }));
  const db = database(env.DB);
  await saveEvents(db, team, { integrationId: null }, days, start);

  const { d1, statements } = recordStatements();
  for (const n of [0, 100, 519]) {
    const found = await findActivity(database(d1), team, { externalId: `e${n}` });
    expect(found?.checkins.map(({ date }) => date)).toContain(dates[n]);
    expect(await rowsRead(statements.at(-1)!)).toBeLessThan(25);
  }
  expect(statements).toHaveLength(3);
});
