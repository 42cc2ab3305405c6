import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test } from "vitest";
import { mintTeam } from "../support/team.ts";
import { beat, clockAt, did, realClock, shown, timelineOf } from "./client.ts";

afterEach(realClock);

describe("GET /people/{id}/timeline", () => {
  test("shows a local day: what held and what was done, in order, in the time of the person", async () => {
    const team = await mintTeam();
    await beat(team, "2027-06-01T07:00:00Z", "Coding", {
      name: "Ada",
      timezone: "Europe/Berlin",
      details: { repo: "a" },
    });
    await did(team, "2027-06-01T07:00:00Z", "Fix the build", { url: "https://x.test/1", details: { lines: 3 } });
    await beat(team, "2027-06-01T07:05:00Z", "Coding");
    await beat(team, "2027-06-01T07:10:00Z", "lunch");
    await did(team, "2027-06-01T07:08:00Z", "Deploy");
    await beat(team, "2027-06-01T07:16:00Z", "offline");
    const { data, ...head } = await timelineOf(team, "ada?date=2027-06-01");
    expect(head).toEqual({
      person_id: expect.stringMatching(/^usr_\w{16}$/),
      name: "Ada",
      date: "2027-06-01",
      time_zone: "Europe/Berlin",
      started_at: "2027-05-31T22:00:00Z",
      ended_at: "2027-06-01T22:00:00Z",
      // Ten minutes; lunch is no work.
      hours_worked: 0.17,
      next_cursor: null,
    });
    const of = {
      id: expect.any(String),
      person_id: head.person_id,
      identifier: "ada",
      integration_id: team.integrationId,
    };
    const block = { type: "block", ...of, source: "chat", details: null };
    const event = { type: "event", ...of, kind: "commit", scope: "web", url: null, details: null };
    const written = { created_at: expect.any(String), updated_at: expect.any(String) };
    expect(data).toEqual([
      {
        ...block,
        local_time: "2027-06-01T09:00:00+02:00",
        status: "Coding",
        working: true,
        details: { repo: "a" },
        started_at: "2027-06-01T07:00:00Z",
        last_seen_at: "2027-06-01T07:05:00Z",
        ended_at: "2027-06-01T07:10:00Z",
      },
      {
        ...{ ...event, ...written },
        local_time: "2027-06-01T09:00:00+02:00",
        title: "Fix the build",
        external_id: "Fix the build 2027-06-01T07:00:00Z",
        url: "https://x.test/1",
        details: { lines: 3 },
        occurred_at: "2027-06-01T07:00:00Z",
      },
      {
        ...{ ...event, ...written },
        local_time: "2027-06-01T09:08:00+02:00",
        title: "Deploy",
        external_id: "Deploy 2027-06-01T07:08:00Z",
        occurred_at: "2027-06-01T07:08:00Z",
      },
      {
        ...block,
        local_time: "2027-06-01T09:10:00+02:00",
        status: "lunch",
        working: false,
        started_at: "2027-06-01T07:10:00Z",
        last_seen_at: "2027-06-01T07:10:00Z",
        ended_at: "2027-06-01T07:16:00Z",
      },
    ]);
  });

  test.each([
    ["is 23 hours long when clocks go forward", "2027-03-14", 23, "2027-03-14T05:00:00Z", "2027-03-15T04:00:00Z"],
    ["is 25 hours long when clocks go back", "2027-11-07", 25, "2027-11-07T04:00:00Z", "2027-11-08T05:00:00Z"],
    ["is 24 hours long otherwise", "2027-06-01", 24, "2027-06-01T04:00:00Z", "2027-06-02T04:00:00Z"],
  ])("%s", async (_, date, hours, start, end) => {
    const team = await mintTeam({ timeZone: "America/New_York", timeoutMinutes: 720 });
    const first = Date.parse(start) - 3_600_000;
    // Round the clock, from an hour before the day to an hour after it.
    for (const hour of [0, 12, 24, 27]) await beat(team, new Date(first + hour * 3_600_000).toISOString(), "online");
    expect(await timelineOf(team, `ada?date=${date}`)).toMatchObject({
      started_at: start,
      ended_at: end,
      hours_worked: hours,
      data: [{ status: "online" }],
    });
  });

  test("tells the two hours of a clock set back apart", async () => {
    const team = await mintTeam({ timeZone: "America/New_York" });
    await beat(team, "2027-11-07T05:30:00Z", "online");
    await beat(team, "2027-11-07T06:30:00Z", "away");
    const { data } = await timelineOf(team, "ada?date=2027-11-07");
    expect(data.map((entry) => entry.local_time)).toEqual(["2027-11-07T01:30:00-04:00", "2027-11-07T01:30:00-05:00"]);
  });

  test("gives midnight to the day that begins with it", async () => {
    const team = await mintTeam({ timeZone: "Asia/Kathmandu", timeoutMinutes: 720 });
    const midnight = "2027-06-01T18:15:00Z";
    await beat(team, "2027-06-01T16:00:00Z", "before");
    await beat(team, midnight, "after");
    await beat(team, midnight, "away", { source: "desk" });
    await beat(team, midnight, "offline", { source: "desk" });
    await beat(team, "2027-06-01T19:00:00Z", "offline");
    await did(team, "2027-06-01T18:14:59.999Z", "Last");
    await did(team, midnight, "First");
    const [old, young] = [await timelineOf(team, "ada?date=2027-06-01"), await timelineOf(team, "ada?date=2027-06-02")];
    expect(shown(old)).toEqual(["before", "Last"]);
    expect(old.hours_worked).toBe(2.25);
    // The desk said no more than hello: a block of no length, which belongs to the day all the same.
    expect(shown(young).sort()).toEqual(["First", "after", "away"]);
    expect(young.data.at(-1)).toMatchObject({ type: "event", local_time: "2027-06-02T00:00:00+05:45" });
    expect(young.hours_worked).toBe(0.75);
  });

  test("shows a block that spans midnight on both days, whole, and counts on each what is of that day", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    await beat(team, "2027-06-01T22:00:00Z", "online");
    await beat(team, "2027-06-02T03:00:00Z", "offline");
    const days = [await timelineOf(team, "ada?date=2027-06-01"), await timelineOf(team, "ada?date=2027-06-02")];
    const block = {
      started_at: "2027-06-01T22:00:00Z",
      ended_at: "2027-06-02T03:00:00Z",
      local_time: "2027-06-01T22:00:00+00:00",
    };
    expect(days).toMatchObject([
      { hours_worked: 2, data: [block] },
      { hours_worked: 3, data: [block] },
    ]);
    expect(await timelineOf(team, "ada?date=2027-06-03")).toMatchObject({ hours_worked: 0, data: [] });
  });

  test("shows a block of days on each of them", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    for (const time of ["01T12", "02T00", "02T12", "03T00", "03T12"])
      await beat(team, `2027-06-${time}:00:00Z`, "online");
    const hours = [];
    for (const day of [1, 2, 3]) hours.push((await timelineOf(team, `ada?date=2027-06-0${day}`)).hours_worked);
    expect(hours).toEqual([12, 24, 12]);
  });

  test("counts an open block up to its last heartbeat, though D1 was only told of its first", async () => {
    const team = await mintTeam();
    await beat(team, "2027-06-01T09:00:00Z", "online");
    expect(shown(await timelineOf(team, "ada?date=2027-06-01"))).toEqual(["online"]);
    for (const minute of ["06", "12"]) await beat(team, `2027-06-01T09:${minute}:00Z`, "online");
    const row = await env.DB.prepare("SELECT last_seen_at FROM blocks WHERE team_id = ?").bind(team.teamId).first();
    expect(row).toEqual({ last_seen_at: Date.parse("2027-06-01T09:00:00Z") });
    expect(await timelineOf(team, "ada?date=2027-06-01")).toMatchObject({
      hours_worked: 0.2,
      data: [{ started_at: "2027-06-01T09:00:00Z", last_seen_at: "2027-06-01T09:12:00Z", ended_at: null }],
    });
  });

  test("shows an open block on the days it reached, and on none that is still to come", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    await beat(team, "2027-06-01T23:00:00Z", "online");
    const tomorrow = "ada?date=2027-06-02";
    clockAt("2027-06-01T23:59:59.999Z");
    expect((await timelineOf(team, tomorrow)).data).toEqual([]);
    clockAt("2027-06-02T00:00:00Z");
    expect(await timelineOf(team, tomorrow)).toMatchObject({ hours_worked: 0, data: [{ ended_at: null }] });
    await beat(team, "2027-06-02T00:30:00Z", "online");
    expect((await timelineOf(team, tomorrow)).hours_worked).toBe(0.5);
  });

  test("ends a block whose timeout has passed at its last heartbeat, alarm or no alarm", async () => {
    const team = await mintTeam();
    await beat(team, "2027-06-01T09:00:00Z", "online");
    await beat(team, "2027-06-01T09:10:00Z", "online");
    await beat(team, "2027-06-01T12:00:00Z", "online", { who: "grace" });
    expect((await timelineOf(team, "ada?date=2027-06-01")).data).toMatchObject([{ ended_at: "2027-06-01T09:10:00Z" }]);
  });

  test("counts time once, however many tools report it, and time without work not at all", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    await beat(team, "2027-06-01T09:00:00Z", "online", { source: "chat" });
    await beat(team, "2027-06-01T10:00:00Z", "meeting", { source: "calendar" });
    await beat(team, "2027-06-01T11:00:00Z", "online", { source: "desk" });
    await beat(team, "2027-06-01T12:00:00Z", "offline", { source: "calendar" });
    await beat(team, "2027-06-01T12:30:00Z", "Be-Right_Back", { source: "chat" });
    await beat(team, "2027-06-01T13:00:00Z", "offline", { source: "desk" });
    await beat(team, "2027-06-01T18:00:00Z", "offline", { source: "chat" });
    const day = await timelineOf(team, "ada?date=2027-06-01");
    expect(shown(day)).toEqual(["online", "meeting", "online", "Be-Right_Back"]);
    expect(day.hours_worked).toBe(4);
  });

  test("shows a day that somebody's zone skipped as empty", async () => {
    const team = await mintTeam({ timeZone: "Pacific/Apia" });
    await did(team, "2011-12-30T09:59:59Z", "Before");
    await did(team, "2011-12-30T10:00:00Z", "After");
    expect(await timelineOf(team, "ada?date=2011-12-30")).toMatchObject({
      started_at: "2011-12-30T10:00:00Z",
      ended_at: "2011-12-30T10:00:00Z",
      hours_worked: 0,
      data: [],
    });
    expect(shown(await timelineOf(team, "ada?date=2011-12-29"))).toEqual(["Before"]);
    expect(shown(await timelineOf(team, "ada?date=2011-12-31"))).toEqual(["After"]);
  });
});
