import Papa from "papaparse";
import { Temporal } from "temporal-polyfill";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, foundTeam, type Integration, json, SETUP_ARGS, withKey, withTeamKey } from "./client.ts";
import { type Server, startServer } from "./server.ts";

let server: Server;

beforeAll(async () => {
  server = await startServer({ args: SETUP_ARGS });
});

afterAll(() => server.stop());

/** One zone for each hour, without daylight saving time. In one of them it is evening now, and the work day is over. */
const ZONES = [
  ...["Africa/Abidjan", "Africa/Lagos", "Africa/Maputo", "Africa/Nairobi", "Asia/Dubai", "Asia/Karachi", "Asia/Dhaka"],
  ...["Asia/Bangkok", "Asia/Singapore", "Asia/Tokyo", "Pacific/Port_Moresby", "Pacific/Guadalcanal", "Pacific/Tarawa"],
  ...["Pacific/Pago_Pago", "Pacific/Honolulu", "Pacific/Gambier", "Pacific/Pitcairn", "America/Phoenix"],
  ...["America/Costa_Rica", "America/Bogota", "America/Puerto_Rico", "America/Argentina/Buenos_Aires"],
  ...["America/Noronha", "Atlantic/Cape_Verde"],
];
const zone = ZONES.find((name) => Temporal.Now.zonedDateTimeISO(name).hour === 20)!;
const today = Temporal.Now.plainDateISO(zone);

/** Returns a local time of today as a UTC timestamp. */
const at = (time: string) => today.toZonedDateTime({ timeZone: zone, plainTime: time }).toInstant().toString();

type Headers = Record<string, string>;
type Said = { personIdentifier: string; status: string; name?: string; email?: string; timezone?: string };

const get = <T = Record<string, unknown>>(who: Headers, path: string) => json<T>(ask(server.url, who, path));
const post = <T = Record<string, unknown>>(who: Headers, path: string, body: unknown) =>
  json<T>(ask(server.url, who, path, { body }));

async function report(tool: Headers, source: string, time: string, ...users: Said[]): Promise<void> {
  const answer = await post(tool, "/presence", { timestamp: at(time), source, users });
  expect(answer).toMatchObject({ success: true, processed: { users: users.length } });
  expect(answer).not.toHaveProperty("warnings");
}

type Timeline = { person_id: string; hours_worked: number; data: Record<string, string>[] };

test("The presence, events and people of a small team are correct through a day", async () => {
  // Set-up: an account, a team, its key and integrations.
  const setup = await foundTeam(server.url, {
    team: { name: "Night Shift", time_zone: zone },
    owner: { name: "Ada Lovelace", email: "ada@example.com" },
    integration: { name: "Calendar", presence_timeout_minutes: 720 },
  });
  const [team, ada] = [withTeamKey(setup.team), setup.owner.person_id];
  const calendar = withKey(setup.integration.key);
  const chatKeys = await post<Integration>(team, "/integrations", { name: "Chat" });
  const chat = withKey(chatKeys.key);

  // Morning. The calendar knows Ada and Grace by e-mail and reports only changes. Chat knows Ada by another name and
  // reports every five minutes who is present.
  await report(calendar, "calendar", "09:00", { personIdentifier: "Ada@example.com", status: "online" });
  const grace = { personIdentifier: "g.hopper", name: "Grace Hopper", email: "grace@example.com", timezone: zone };
  await report(calendar, "calendar", "10:00", { ...grace, status: "focus" });
  for (let minutes = 30; minutes <= 90; minutes += 5) {
    const time = Temporal.PlainTime.from("08:00").add({ minutes }).toString();
    await report(chat, "chat", time, { personIdentifier: "U0ADA", name: "countess", status: "active", timezone: zone });
  }
  // Noon, and the end of the work day.
  await report(calendar, "calendar", "12:00", { personIdentifier: "Ada@example.com", status: "lunch" });
  await report(calendar, "calendar", "12:30", { personIdentifier: "g.hopper", status: "offline" });
  await report(calendar, "calendar", "12:45", { personIdentifier: "Ada@example.com", status: "Meeting" });
  await report(calendar, "calendar", "13:00", { personIdentifier: "g.hopper", status: "Meeting" });
  await report(calendar, "calendar", "17:30", { personIdentifier: "Ada@example.com", status: "offline" });
  await report(calendar, "calendar", "19:00", { personIdentifier: "g.hopper", status: "offline" });
  // Events of the day.
  const event = { kind: "commit", scope: "engine", url: "https://example.com/1" };
  const events = [
    { ...event, externalId: "c1", personIdentifier: "Ada@example.com", timestamp: at("11:59"), title: "=Note G" },
    { ...event, externalId: "c2", personIdentifier: "U0ADA", timestamp: at("09:20"), title: "Ask Babbage" },
    { ...event, externalId: "c3", personIdentifier: "g.hopper", timestamp: at("13:05"), title: "Find the moth" },
    { ...event, externalId: "c4", personIdentifier: "g.hopper", timestamp: "yesterday", title: "No time" },
  ];
  expect(await post(chat, "/events", { events })).toMatchObject({
    processed: { total: 4, created: 3, updated: 0, skipped: 0, errors: 1 },
    failures: [{ index: 3, externalId: "c4", message: expect.stringContaining("timestamp") }],
  });
  expect(await post(chat, "/events", { events: events.slice(0, 3) })).toMatchObject({
    processed: { total: 3, created: 0, updated: 0, skipped: 3, errors: 0 },
  });

  // Evening: the numbers of the day.
  const people = await get<{ data: { id: string; name: string }[] }>(team, "/people");
  expect(people.data.map(({ name }) => name)).toEqual(["Ada Lovelace", "countess", "Grace Hopper"]);
  const [countess, hopper] = people.data.slice(1).map(({ id }) => id) as [string, string];
  const presence = await get<{ data: object[] }>(team, "/presence?present=true");
  expect(presence.data).toEqual([]);

  const numbers = async () => {
    const timelines = [ada, countess, hopper].map((id) => get<Timeline>(team, `/people/${id}/timeline`));
    const window = new URLSearchParams({ from: at("00:00"), to: at("20:00") });
    return {
      timelines: await Promise.all(timelines),
      overlap: await get<{ data: object[]; pairs: object[] }>(team, `/overlap?${window}`),
      patterns: await get<{ data: { person_id: string; weekdays: object[] }[] }>(team, "/patterns?weeks=1"),
      events: await get<{ data: { external_id: string; person_id: string }[] }>(team, "/events"),
    };
  };
  const before = await numbers();
  expect(before.timelines).toMatchObject([
    { person_id: ada, date: `${today}`, time_zone: zone, hours_worked: 7.75, started_at: at("00:00") },
    { person_id: countess, date: `${today}`, time_zone: zone, hours_worked: 1 },
    { person_id: hopper, date: `${today}`, time_zone: zone, hours_worked: 8.5 },
  ]);
  const clock = (time: string) => expect.stringContaining(`${today}T${time}:00`);
  expect(before.timelines[0]!.data).toMatchObject([
    { type: "block", status: "online", local_time: clock("09:00"), ended_at: at("12:00"), source: "calendar" },
    { type: "event", title: "=Note G", local_time: clock("11:59") },
    { type: "block", status: "lunch", local_time: clock("12:00"), ended_at: at("12:45"), working: false },
    { type: "block", status: "Meeting", local_time: clock("12:45"), ended_at: at("17:30") },
  ]);
  const shared = (from: string, to: string, ...ids: string[]) => ({
    ...{ started_at: at(from), ended_at: at(to) },
    person_ids: ids.toSorted(),
  });
  expect(before.overlap.data).toEqual([
    shared("09:00", "09:30", ada, countess),
    shared("10:00", "12:00", ada, hopper),
    shared("13:00", "17:30", ada, hopper),
  ]);
  expect(before.overlap.pairs).toEqual([
    { person_ids: [ada, hopper].toSorted(), hours: 6.5 },
    { person_ids: [ada, countess].toSorted(), hours: 0.5 },
  ]);
  const usual = (first_minute: number, last_minute: number) => [
    { weekday: today.dayOfWeek, days: 1, first_minute, last_minute },
  ];
  const weekdays = ({ patterns }: typeof before) =>
    Object.fromEntries(patterns.data.map((person) => [person.person_id, person.weekdays]));
  expect(weekdays(before)).toEqual({
    [ada]: usual(540, 1050),
    [countess]: usual(510, 570),
    [hopper]: usual(600, 1140),
  });
  const csv = await ask(server.url, team, `/people/${ada}/timeline`, { accept: "text/csv" });
  expect(csv.headers.get("Content-Type")).toMatch(/^text\/csv\b/);
  const rows = Papa.parse<Record<string, string>>(await csv.text(), { header: true, skipEmptyLines: true }).data;
  expect(rows.map(({ type, status, title }) => [type, status || title])).toEqual([
    ["block", "online"],
    ["event", "'=Note G"],
    ["block", "lunch"],
    ["block", "Meeting"],
  ]);

  // The person that chat reported is Ada: after the merge, her numbers include both.
  expect(await post(team, `/people/${ada}/merge`, { person: "U0ADA" })).toMatchObject({ id: ada });
  const merged = await numbers();
  expect(merged.timelines[0]).toMatchObject({ person_id: ada, hours_worked: 8.25 });
  expect(merged.timelines[1]).toEqual(merged.timelines[0]);
  expect(merged.timelines[2]).toEqual(before.timelines[2]);
  expect(merged.overlap.data).toEqual(before.overlap.data.slice(1));
  expect(merged.overlap.pairs).toEqual(before.overlap.pairs.slice(0, 1));
  expect(weekdays(merged)).toEqual({ [ada]: usual(510, 1050), [hopper]: usual(600, 1140) });
  expect(merged.events.data.filter(({ person_id }) => person_id === ada).length).toBe(2);
  expect((await get<{ data: object[] }>(team, "/people")).data.length).toBe(2);

  // The merge is undone, and the numbers are as before.
  await post(team, `/people/${ada}/unmerge`, { person: countess });
  expect(await numbers()).toEqual(before);

  // A leaked key is replaced: the old key fails at the next request, and the new key continues.
  const rotated = await post<Integration>(team, `/integrations/${chatKeys.id}/rotate`, {});
  const late = { timestamp: at("20:00"), source: "chat", users: [{ personIdentifier: "U0ADA", status: "active" }] };
  const refused = await ask(server.url, chat, "/presence", { body: late });
  expect([refused.status, await refused.json()]).toMatchObject([401, { success: false, error: "Invalid API key" }]);
  expect((await get<Timeline>(team, `/people/${countess}/timeline`)).hours_worked).toBe(1);
  await report(withKey(rotated.key), "chat", "20:00", ...late.users);
  expect((await get<Timeline>(team, `/people/${countess}/timeline`)).data.at(-1)).toMatchObject({
    ...{ type: "block", status: "active", started_at: at("20:00"), integration_id: chatKeys.id },
  });
});
