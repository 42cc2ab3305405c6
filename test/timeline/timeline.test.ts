import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test } from "vitest";
import { mintTeam } from "../support/team.ts";
import { labels, readTimeline, reportEvent, reportStatus, setClock, useRealClock } from "./client.ts";

afterEach(useRealClock);

describe("GET /people/{id}/timeline", () => {
  test("A timeline has the blocks and events of a local day, in order, in the time zone of the person", async () => {
    const team = await mintTeam();
    await reportStatus(team, "2027-06-01T07:00:00Z", "Coding", {
      name: "Ada",
      timezone: "Europe/Berlin",
      details: { repo: "a" },
    });
    await reportEvent(team, "2027-06-01T07:00:00Z", "Fix the build", {
      url: "https://x.test/1",
      details: { lines: 3 },
    });
    await reportStatus(team, "2027-06-01T07:05:00Z", "Coding");
    await reportStatus(team, "2027-06-01T07:10:00Z", "lunch");
    await reportEvent(team, "2027-06-01T07:08:00Z", "Deploy");
    await reportStatus(team, "2027-06-01T07:16:00Z", "offline");
    const { data, ...head } = await readTimeline(team, "ada?date=2027-06-01");
    expect(head).toEqual({
      person_id: expect.stringMatching(/^usr_\w{16}$/),
      name: "Ada",
      date: "2027-06-01",
      time_zone: "Europe/Berlin",
      started_at: "2027-05-31T22:00:00Z",
      ended_at: "2027-06-01T22:00:00Z",
      // Ten minutes: lunch is not working time.
      hours_worked: 0.17,
      next_cursor: null,
    });
    const common = {
      id: expect.any(String),
      person_id: head.person_id,
      identifier: "ada",
      integration_id: team.integrationId,
    };
    const block = { type: "block", ...common, source: "chat", details: null };
    const event = { type: "event", ...common, kind: "commit", scope: "web", url: null, details: null };
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
    ["when clocks go forward", "2027-03-14", 23, "2027-03-14T05:00:00Z", "2027-03-15T04:00:00Z"],
    ["when clocks go back", "2027-11-07", 25, "2027-11-07T04:00:00Z", "2027-11-08T05:00:00Z"],
    ["without a clock change", "2027-06-01", 24, "2027-06-01T04:00:00Z", "2027-06-02T04:00:00Z"],
  ])("A day %s, such as %s, is %i hours long", async (_, date, hours, start, end) => {
    const team = await mintTeam({ timeZone: "America/New_York", timeoutMinutes: 720 });
    const first = Date.parse(start) - 3_600_000;
    // Online without a pause, from an hour before the day to after it.
    for (const hour of [0, 12, 24, 27])
      await reportStatus(team, new Date(first + hour * 3_600_000).toISOString(), "online");
    expect(await readTimeline(team, `ada?date=${date}`)).toMatchObject({
      started_at: start,
      ended_at: end,
      hours_worked: hours,
      data: [{ status: "online" }],
    });
  });

  test("The offset distinguishes the two equal hours of a clock that is set back", async () => {
    const team = await mintTeam({ timeZone: "America/New_York" });
    await reportStatus(team, "2027-11-07T05:30:00Z", "online");
    await reportStatus(team, "2027-11-07T06:30:00Z", "away");
    const { data } = await readTimeline(team, "ada?date=2027-11-07");
    expect(data.map((entry) => entry.local_time)).toEqual(["2027-11-07T01:30:00-04:00", "2027-11-07T01:30:00-05:00"]);
  });

  test("Midnight belongs to the day that begins with it", async () => {
    const team = await mintTeam({ timeZone: "Asia/Kathmandu", timeoutMinutes: 720 });
    const midnight = "2027-06-01T18:15:00Z";
    await reportStatus(team, "2027-06-01T16:00:00Z", "before");
    await reportStatus(team, midnight, "after");
    await reportStatus(team, midnight, "away", { source: "desk" });
    await reportStatus(team, midnight, "offline", { source: "desk" });
    await reportStatus(team, "2027-06-01T19:00:00Z", "offline");
    await reportEvent(team, "2027-06-01T18:14:59.999Z", "Last");
    await reportEvent(team, midnight, "First");
    const [before, after] = [
      await readTimeline(team, "ada?date=2027-06-01"),
      await readTimeline(team, "ada?date=2027-06-02"),
    ];
    expect(labels(before)).toEqual(["before", "Last"]);
    expect(before.hours_worked).toBe(2.25);
    // The source desk reported a block of length 0, which belongs to the day too.
    expect(labels(after).sort()).toEqual(["First", "after", "away"]);
    expect(after.data.at(-1)).toMatchObject({ type: "event", local_time: "2027-06-02T00:00:00+05:45" });
    expect(after.hours_worked).toBe(0.75);
  });

  test("A block over midnight is whole on both days, and counts on each for its part of the day", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    await reportStatus(team, "2027-06-01T22:00:00Z", "online");
    await reportStatus(team, "2027-06-02T03:00:00Z", "offline");
    const days = [await readTimeline(team, "ada?date=2027-06-01"), await readTimeline(team, "ada?date=2027-06-02")];
    const block = {
      started_at: "2027-06-01T22:00:00Z",
      ended_at: "2027-06-02T03:00:00Z",
      local_time: "2027-06-01T22:00:00+00:00",
    };
    expect(days).toMatchObject([
      { hours_worked: 2, data: [block] },
      { hours_worked: 3, data: [block] },
    ]);
    expect(await readTimeline(team, "ada?date=2027-06-03")).toMatchObject({ hours_worked: 0, data: [] });
  });

  test("A block of several days is on each of them", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    for (const time of ["01T12", "02T00", "02T12", "03T00", "03T12"])
      await reportStatus(team, `2027-06-${time}:00:00Z`, "online");
    const hours = [];
    for (const day of [1, 2, 3]) hours.push((await readTimeline(team, `ada?date=2027-06-0${day}`)).hours_worked);
    expect(hours).toEqual([12, 24, 12]);
  });

  test("An open block counts up to its newest heartbeat, even before D1 has it", async () => {
    const team = await mintTeam();
    await reportStatus(team, "2027-06-01T09:00:00Z", "online");
    expect(labels(await readTimeline(team, "ada?date=2027-06-01"))).toEqual(["online"]);
    for (const minute of ["06", "12"]) await reportStatus(team, `2027-06-01T09:${minute}:00Z`, "online");
    const row = await env.DB.prepare("SELECT last_seen_at FROM blocks WHERE team_id = ?").bind(team.teamId).first();
    expect(row).toEqual({ last_seen_at: Date.parse("2027-06-01T09:00:00Z") });
    expect(await readTimeline(team, "ada?date=2027-06-01")).toMatchObject({
      hours_worked: 0.2,
      data: [{ started_at: "2027-06-01T09:00:00Z", last_seen_at: "2027-06-01T09:12:00Z", ended_at: null }],
    });
  });

  test("An open block is on the days it has reached, and on no future day", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    await reportStatus(team, "2027-06-01T23:00:00Z", "online");
    const tomorrow = "ada?date=2027-06-02";
    setClock("2027-06-01T23:59:59.999Z");
    expect((await readTimeline(team, tomorrow)).data).toEqual([]);
    setClock("2027-06-02T00:00:00Z");
    expect(await readTimeline(team, tomorrow)).toMatchObject({ hours_worked: 0, data: [{ ended_at: null }] });
    await reportStatus(team, "2027-06-02T00:30:00Z", "online");
    expect((await readTimeline(team, tomorrow)).hours_worked).toBe(0.5);
  });

  test("A block whose timeout has passed ends at its last heartbeat, even if the alarm has not run", async () => {
    const team = await mintTeam();
    await reportStatus(team, "2027-06-01T09:00:00Z", "online");
    await reportStatus(team, "2027-06-01T09:10:00Z", "online");
    await reportStatus(team, "2027-06-01T12:00:00Z", "online", { who: "grace" });
    expect((await readTimeline(team, "ada?date=2027-06-01")).data).toMatchObject([
      { ended_at: "2027-06-01T09:10:00Z" },
    ]);
  });

  test("Time that several tools report counts once, and time that is not working does not count", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    await reportStatus(team, "2027-06-01T09:00:00Z", "online", { source: "chat" });
    await reportStatus(team, "2027-06-01T10:00:00Z", "meeting", { source: "calendar" });
    await reportStatus(team, "2027-06-01T11:00:00Z", "online", { source: "desk" });
    await reportStatus(team, "2027-06-01T12:00:00Z", "offline", { source: "calendar" });
    await reportStatus(team, "2027-06-01T12:30:00Z", "Be-Right_Back", { source: "chat" });
    await reportStatus(team, "2027-06-01T13:00:00Z", "offline", { source: "desk" });
    await reportStatus(team, "2027-06-01T18:00:00Z", "offline", { source: "chat" });
    const day = await readTimeline(team, "ada?date=2027-06-01");
    expect(labels(day)).toEqual(["online", "meeting", "online", "Be-Right_Back"]);
    expect(day.hours_worked).toBe(4);
  });

  test("A day that the time zone skipped is empty", async () => {
    const team = await mintTeam({ timeZone: "Pacific/Apia" });
    await reportEvent(team, "2011-12-30T09:59:59Z", "Before");
    await reportEvent(team, "2011-12-30T10:00:00Z", "After");
    expect(await readTimeline(team, "ada?date=2011-12-30")).toMatchObject({
      started_at: "2011-12-30T10:00:00Z",
      ended_at: "2011-12-30T10:00:00Z",
      hours_worked: 0,
      data: [],
    });
    expect(labels(await readTimeline(team, "ada?date=2011-12-29"))).toEqual(["Before"]);
    expect(labels(await readTimeline(team, "ada?date=2011-12-31"))).toEqual(["After"]);
  });
});
