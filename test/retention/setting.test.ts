import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, test } from "vitest";
import { scheduled } from "../../src/cron.ts";
import { retainedSince } from "../../src/events/retention.ts";
import { TIME_WINDOWS } from "../../src/statistics/window.ts";
import { anEvent, listAll, push } from "../events/client.ts";
import { rows } from "../support/database.ts";
import { expectError } from "../support/error.ts";
import { push as beat, clock, START, stopTheClock } from "../support/presence.ts";
import { json, refresh, show, subscribe } from "../support/subscriptions.ts";
import { call, mintTeam, type Team } from "../support/team.ts";
import { DAY, HOUR, setRetention } from "./history.ts";

/** Tests begin on Monday, 7 January 2030, at 09:00 UTC. */
stopTheClock();

let team: Team;
beforeAll(async () => {
  team = await mintTeam();
});
afterEach(() => setRetention(team, null));

const settings = (body?: object) =>
  call("/api/v1/team", { headers: team.asTeam, ...(body && { method: "PATCH", body }) });

test("A team keeps everything until it sets a number of days, and again once it sets null", async () => {
  expect(await json(settings())).toMatchObject({ retention_days: null });
  for (const days of [30, 3_650, null]) {
    expect(await json(settings({ retention_days: days }))).toMatchObject({ retention_days: days });
    expect(await json(settings({ name: "Test" }))).toMatchObject({ retention_days: days });
    expect(await json(settings())).toMatchObject({ retention_days: days });
  }
});

test.each([29, 3_651, 0, -30, 90.5, "90", true, [], {}])("A retention of %j days is refused", async (days) => {
  const { issues } = await expectError(await settings({ retention_days: days }), 400, "bad_request");
  expect(issues).toEqual([{ path: "retention_days", message: "must be a whole number from 30 to 3650" }]);
});

test("The retained time begins at a midnight in UTC, that many days ago or less than a day earlier", () => {
  const midnight = Date.parse("2030-01-07T00:00:00Z");
  expect(retainedSince(null, midnight)).toBeNull();
  expect(retainedSince(30, midnight)).toBe(midnight - 30 * DAY);
  expect(retainedSince(30, midnight + DAY - 1)).toBe(midnight - 30 * DAY);
  expect(retainedSince(30, midnight + DAY)).toBe(midnight - 29 * DAY);
});

test("An event older than the retention is an error of its own, and is accepted by a team without retention", async () => {
  const [at, before] = ["2029-10-09T00:00:00Z", "2029-10-08T23:59:59Z"];
  const batch = [
    anEvent({ timestamp: at }),
    anEvent({ timestamp: before, externalId: "old" }),
    anEvent({ timestamp: "2030-01-07T09:00:00Z" }),
  ];
  expect((await push(team, ...batch)).processed).toMatchObject({ created: 3, errors: 0 });
  await settings({ retention_days: 90 });
  const answer = await push(team, ...batch);
  expect(answer.processed).toEqual({ total: 3, created: 0, updated: 0, skipped: 2, errors: 1 });
  expect(answer.failures).toEqual([
    { index: 1, externalId: "old", message: "timestamp: is older than the 90 days this team keeps" },
  ]);
  expect((await push(await mintTeam(), ...batch)).processed).toMatchObject({ created: 3, errors: 0 });
});

test("The cron of every fifteen minutes removes expired rows, and every snapshot stays the same", async () => {
  team = await mintTeam({ timeZone: "America/New_York" });
  await beat(team, { ada: "online" });
  clock(9);
  await beat(team, { ada: "offline" });
  await push(
    team,
    anEvent({ personIdentifier: "ada", timestamp: "2030-01-06T12:00:00Z" }),
    anEvent({ personIdentifier: "ada", timestamp: "2030-01-07T08:00:00Z", details: { status: "open" } }),
  );
  // In February, the daily, weekly and monthly windows no longer contain January, and the longer windows still do.
  const subscribed = await Promise.all(TIME_WINDOWS.map((window) => subscribe(team, "ada", window)));
  clock((40 * DAY) / 60_000);
  await push(team, anEvent({ personIdentifier: "ada", timestamp: new Date(START + 40 * DAY - HOUR).toISOString() }));
  const cron = () => scheduled(createScheduledController({ cron: "*/15 * * * *", scheduledTime: Date.now() }), env);
  await cron();
  const snapshots = () =>
    Promise.all(subscribed.map(async ({ notification_id: id }) => (await show(team, id)).snapshot));
  const before = await snapshots();
  expect(before.at(-1)).toEqual({ total_activities: 3, completed_activities: 2, hours_logged: 0.15 });
  expect(await listAll(team)).toHaveLength(3);
  await settings({ retention_days: 30 });
  await cron();
  expect(await listAll(team)).toHaveLength(1);
  expect(await rows("SELECT id FROM blocks WHERE team_id = ?", team.teamId)).toEqual([]);
  expect(await snapshots()).toEqual(before);
  for (const { notification_id: id } of subscribed) await refresh(team, id);
  expect(await snapshots()).toEqual(before);
  await push(team, anEvent({ personIdentifier: "ada", timestamp: new Date(START + 40 * DAY).toISOString() }));
  const more = (await snapshots()).at(-1)!;
  expect(more).toEqual({ total_activities: 4, completed_activities: 3, hours_logged: 0.15 });
});

test("Events of the removed time are refused even after the team sets null, and later events are accepted", async () => {
  team = await mintTeam();
  const old = anEvent({ timestamp: "2029-11-08T00:00:00Z", externalId: "old" });
  await push(team, old);
  await settings({ retention_days: 30 });
  await scheduled(createScheduledController({ cron: "*/15 * * * *", scheduledTime: Date.now() }), env);
  await settings({ retention_days: null });
  const younger = anEvent({ timestamp: "2029-11-08T00:00:00.001Z", externalId: "younger" });
  const { processed, failures } = await push(team, old, younger);
  expect(processed).toMatchObject({ created: 1, errors: 1 });
  const message =
    "timestamp: is before 2029-11-08T00:00:00.001Z: the team's events from before that time were removed for their age";
  expect(failures).toEqual([{ index: 0, externalId: "old", message }]);
});
