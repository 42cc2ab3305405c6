import { expect, test } from "vitest";
import { expectError } from "../support/error.ts";
import { clock, push, stopTheClock } from "../support/presence.ts";
import { ask, json, pushEvents, refresh, type Shown, show, subscribe } from "../support/subscriptions.ts";
import { call, mintPerson, mintTeam } from "../support/team.ts";

/** Tests begin on Monday, 7 January 2030, at 09:00 UTC. */
stopTheClock();

const NOTHING = { total_activities: 0, completed_activities: 0, hours_logged: 0 };

test("A new subscription has its numbers at once", async () => {
  const team = await mintTeam();
  await pushEvents(team, [
    ["ada", "2030-01-07T08:00:00Z"],
    ["ada", "2030-01-01T00:00:00Z", { status: "open" }],
    ["ada", "2029-12-31T23:59:59Z"],
    ["bob", "2030-01-07T08:00:00Z"],
  ]);
  const created = await subscribe(team, "ada", "quarterly");
  expect(created).toEqual({
    notification_id: expect.stringMatching(/^notif_[0-9A-Za-z]{16}$/),
    user_id: expect.stringMatching(/^usr_/),
    time_window: "quarterly",
    status: "active",
    snapshot: { total_activities: 2, completed_activities: 1, hours_logged: 0 },
    window: { start_date: "2030-01-01", end_date: "2030-03-31", timezone: "UTC" },
    created_at: "2030-01-07T09:00:00Z",
  });
  expect(await show(team, created.notification_id)).toEqual({
    ...{
      notification_id: created.notification_id,
      user_id: created.user_id,
      time_window: "quarterly",
      status: "active",
    },
    ...{ last_refreshed_at: "2030-01-07T09:00:00Z", snapshot: created.snapshot, window: created.window },
  });
});

test("A refresh counts an open block up to its last heartbeat, and a plain read up to the last checkpoint", async () => {
  const team = await mintTeam();
  await push(team, { ada: "online" });
  const { notification_id: id } = await subscribe(team, "ada", "daily");
  clock(9);
  await push(team, { ada: "online" });
  expect((await show(team, id)).snapshot).toEqual(NOTHING);
  clock(10);
  const refreshed = await refresh(team, id);
  expect(refreshed).toEqual({
    ...{ notification_id: id, refreshed: true, refreshed_at: "2030-01-07T09:10:00Z" },
    snapshot: { ...NOTHING, hours_logged: 0.15 },
    window: { start_date: "2030-01-07", end_date: "2030-01-07", timezone: "UTC" },
  });
  expect((await show(team, id)).snapshot).toEqual(refreshed.snapshot);
});

test("Events are counted as soon as they are accepted", async () => {
  const team = await mintTeam();
  await pushEvents(team, [["ada", "2030-01-07T08:00:00Z"]]);
  const { notification_id: id } = await subscribe(team, "ada", "weekly");
  await pushEvents(team, [["ada", "2030-01-07T08:30:00Z", { state: "failed" }]]);
  expect((await show(team, id)).snapshot).toEqual({ ...NOTHING, total_activities: 2, completed_activities: 1 });
});

test("A second subscription to the same window returns the first one, refreshed", async () => {
  const team = await mintTeam();
  const person = await mintPerson(team, { name: "Ada", email: "ada@window.example" });
  const first = await subscribe(team, person, "monthly");
  await pushEvents(team, [["ada@window.example", "2030-01-02T08:00:00Z"]]);
  const again = await json(ask(team, "", { body: { user_id: "ada@window.example", time_window: "monthly" } }), 200);
  expect(again).toEqual({ ...first, snapshot: { ...NOTHING, total_activities: 1, completed_activities: 1 } });
  expect((await subscribe(team, person, "yearly")).notification_id).not.toBe(first.notification_id);
});

test("Ten first requests at the same time make one subscription", async () => {
  const team = await mintTeam();
  const person = await mintPerson(team, { name: "Ada" });
  const body = { user_id: person, time_window: "daily" };
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(team, "", { body })));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
  const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as Shown).notification_id));
  expect(new Set(ids).size).toBe(1);
});

test("Windows follow the time zone of the person", async () => {
  const team = await mintTeam({ timeZone: "Asia/Tokyo" });
  const kiribati = await mintPerson(team, { name: "Kiri", timeZone: "Pacific/Kiritimati" });
  const niue = await mintPerson(team, { name: "Niu", timeZone: "Pacific/Niue" });
  const anywhere = await mintPerson(team, { name: "Any" });
  clock(6 * 60);
  const days = [kiribati, niue, anywhere].map(async (person) => (await subscribe(team, person, "daily")).window);
  expect(await Promise.all(days)).toEqual([
    { start_date: "2030-01-08", end_date: "2030-01-08", timezone: "Pacific/Kiritimati" },
    { start_date: "2030-01-07", end_date: "2030-01-07", timezone: "Pacific/Niue" },
    { start_date: "2030-01-08", end_date: "2030-01-08", timezone: "Asia/Tokyo" },
  ]);
});

test("A changed window has the numbers of the new window", async () => {
  const team = await mintTeam();
  await pushEvents(team, [
    ["ada", "2030-01-07T08:00:00Z"],
    ["ada", "2030-01-02T08:00:00Z"],
  ]);
  const { notification_id: id, user_id } = await subscribe(team, "ada", "daily");
  clock(2);
  const changed = await json(ask(team, `/${id}`, { method: "PUT", body: { time_window: "monthly" } }));
  const head = { notification_id: id, user_id, time_window: "monthly", status: "active" };
  expect(changed).toEqual({ ...head, updated_at: "2030-01-07T09:02:00Z" });
  expect(await show(team, id)).toMatchObject({
    snapshot: { total_activities: 2 },
    window: { start_date: "2030-01-01" },
  });
  clock(3);
  expect(await json(ask(team, `/${id}`, { method: "PUT", body: { time_window: "monthly" } }))).toEqual(changed);
});

test("A change to a window that the person is already subscribed to is refused", async () => {
  const team = await mintTeam();
  const person = await mintPerson(team, { name: "Ada" });
  await subscribe(team, person, "daily");
  const { notification_id: id } = await subscribe(team, person, "weekly");
  const refused = await ask(team, `/${id}`, { method: "PUT", body: { time_window: "daily" } });
  expect((await expectError(refused, 409, "conflict")).error).toContain("daily");
  expect(await show(team, id)).toMatchObject({ time_window: "weekly" });
});

test("A removed subscription answers 410, and the window can be subscribed to again", async () => {
  const team = await mintTeam();
  const person = await mintPerson(team, { name: "Ada" });
  const { notification_id: id } = await subscribe(team, person, "daily");
  expect(await json(ask(team, `/${id}`, { method: "DELETE" }))).toEqual({ deleted: true, notification_id: id });
  for (const [method, path, body] of [
    ["GET", `/${id}`],
    ["PUT", `/${id}`, { time_window: "daily" }],
    ["DELETE", `/${id}`],
    ["POST", `/${id}/refresh`],
  ] as const) {
    await expectError(await ask(team, path, { method, body }), 410, "gone");
  }
  expect((await subscribe(team, person, "daily")).notification_id).not.toBe(id);
});

test.each(["GET", "PUT", "DELETE"])(
  "%s of an unknown subscription, or of another team's, answers 404",
  async (method) => {
    const [team, other] = [await mintTeam(), await mintTeam()];
    const theirs = await subscribe(other, await mintPerson(other, { name: "Eve" }), "daily");
    for (const id of ["notif_0000000000000000", theirs.notification_id]) {
      const body = method === "PUT" ? { time_window: "weekly" } : undefined;
      await expectError(await ask(team, `/${id}`, { method, body }), 404, "not_found");
    }
  },
);

test("An unknown window is refused with the list of windows", async () => {
  const team = await mintTeam();
  const person = await mintPerson(team, { name: "Ada" });
  for (const time_window of ["hourly", "Daily", "", null, 3]) {
    const refused = await ask(team, "", { body: { user_id: person, time_window } });
    const { issues } = await expectError(refused, 400, "bad_request");
    const message = "must be one of daily, weekly, monthly, quarterly, half_yearly, yearly";
    expect(issues).toEqual([{ path: "time_window", message }]);
  }
  const { issues } = await expectError(await ask(team, "", { body: {} }), 400, "bad_request");
  expect(issues?.map(({ path }) => path)).toEqual(["user_id", "time_window"]);
});

test("A subscription to an unknown person answers 404", async () => {
  const team = await mintTeam();
  const refused = await ask(team, "", { body: { user_id: "usr_nobody", time_window: "daily" } });
  expect((await expectError(refused, 404, "not_found")).error).toContain("user_id");
});

test("The list has pages, and shows active subscriptions unless the status is given", async () => {
  const team = await mintTeam();
  const people = await Promise.all(["Ada", "Bob", "Cyd"].map((name) => mintPerson(team, { name })));
  const made: Shown[] = [];
  for (const [n, person] of people.entries()) {
    clock(n);
    made.push(await subscribe(team, person, "daily"));
  }
  const gone = made[1]!.notification_id;
  await ask(team, `/${gone}`, { method: "DELETE" });
  type List = { data: Shown[]; pagination: object };
  const listed = async (query: string) => {
    const { data, pagination } = await json<List>(ask(team, `?${query}`));
    return { ids: data.map(({ notification_id }) => notification_id), pagination };
  };
  const [ada, cyd] = [made[0]!.notification_id, made[2]!.notification_id];
  expect(await listed("")).toEqual({ ids: [ada, cyd], pagination: { page: 1, limit: 20, total: 2 } });
  expect(await listed("limit=1&page=2")).toEqual({ ids: [cyd], pagination: { page: 2, limit: 1, total: 2 } });
  expect(await listed("page=9")).toEqual({ ids: [], pagination: { page: 9, limit: 20, total: 2 } });
  expect(await listed("status=removed")).toMatchObject({ ids: [gone] });
  expect(await listed(`user_id=${people[2]}`)).toMatchObject({ ids: [cyd], pagination: { total: 1 } });
  const { data } = await json<List>(ask(team));
  expect(data[0]).toEqual({
    ...{ notification_id: ada, user_id: people[0], time_window: "daily", status: "active" },
    last_refreshed_at: "2030-01-07T09:00:00Z",
  });
});

test("The doubled path of the document finds the same subscription", async () => {
  const team = await mintTeam();
  const { notification_id: id } = await subscribe(team, await mintPerson(team, { name: "Ada" }), "daily");
  const doubled = `/api/v1/stats-notifications/api/v1/stats-notifications/${id}`;
  const bySmallKey = await json(call(doubled, { headers: team.asIntegration }));
  expect(bySmallKey).toEqual(await show(team, id));
});

test("Both subscriptions of merged people show the same numbers until the merge is undone", async () => {
  const team = await mintTeam();
  await pushEvents(team, [
    ["ada", "2030-01-07T08:00:00Z"],
    ["ada.l", "2030-01-07T08:30:00Z"],
    ["ada.l", "2030-01-06T08:30:00Z"],
  ]);
  const [kept, merged] = [await subscribe(team, "ada", "yearly"), await subscribe(team, "ada.l", "yearly")];
  const totals = async () => {
    const both = await Promise.all([show(team, kept.notification_id), show(team, merged.notification_id)]);
    return both.map(({ user_id, snapshot }) => [user_id, snapshot.total_activities]);
  };
  const [ada, other] = [kept.user_id, merged.user_id];
  const people = (path: string) =>
    call(`/api/v1/people/${ada}/${path}`, { headers: team.asTeam, body: { person: other } });
  expect((await people("merge")).status).toBe(200);
  expect(await totals()).toEqual([
    [ada, 3],
    [ada, 3],
  ]);
  const again = await ask(team, "", { body: { user_id: "ada.l", time_window: "yearly" } });
  expect(await json(Promise.resolve(again))).toMatchObject({ notification_id: kept.notification_id, user_id: ada });
  expect((await people("unmerge")).status).toBe(200);
  expect(await totals()).toEqual([
    [ada, 1],
    [other, 2],
  ]);
});
