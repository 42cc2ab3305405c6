import { Temporal } from "temporal-polyfill";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PEOPLE } from "../demo/people.ts";
import { ask, DEMO, json } from "./client.ts";
import { type Server, startServer } from "./server.ts";

let server: Server;

beforeAll(async () => {
  server = await startServer({ seed: true });
});

afterAll(() => server.stop());

/** A zone in which it is not near midnight now, so that the local date does not change during the journey. */
const zone = ["Asia/Tokyo", "Pacific/Honolulu"].find((name) => Temporal.Now.zonedDateTimeISO(name).hour < 23)!;
const today = Temporal.Now.plainDateISO(zone);
const [yesterday, dayBefore] = [today.subtract({ days: 1 }), today.subtract({ days: 2 })];
const dayBeforeInWords = dayBefore.toLocaleString("en-US", { weekday: "long" });

type Row = { id: string } & Record<string, unknown>;
type Answers = { next?: string; blockers?: string | null; previous?: string; previous_completed?: unknown };
type Status = Row & { slug: string; completed_at: string | null; comment_ids: string[]; reaction_ids: string[] };
type Report = Row & { date: string; metrics: { updated_at: string }; completed_status_ids: string[] };

/** Sends a request with the team key, which is limited to 60 requests in 10 seconds. */
const send = (method: string, path: string, body?: unknown) => ask(server.url, DEMO.team, path, { method, body });
const get = <T>(path: string) => json<T>(send("GET", path));
const getReport = async () => (await get<{ report: Report }>(`/reports/${today}`)).report;
const getStatus = async (id: string) => (await get<{ status: Status }>(`/statuses/${id}`)).status;

/** Sends a request that must be answered with this status, and returns the body. */
async function expectAnswer<T>(status: number, method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body);
  const text = await response.text();
  expect(`${method} ${path}: ${response.status}`, text).toBe(`${method} ${path}: ${status}`);
  return text === "" ? (null as T) : JSON.parse(text);
}

/** Reads all pages of a collection. */
async function readAll<T>(name: string): Promise<T[]> {
  const rows: T[] = [];
  for (let page = 1; ; page++) {
    const found = (await get<Record<string, T[]>>(`/${name}?page=${page}`))[name]!;
    rows.push(...found);
    if (found.length < 30) return rows;
  }
}

/** What the client has done so far, as the metrics of the report must show it. */
const done = {
  expected: 9,
  absent: new Set<string>(),
  checkins: new Map<string, { member: string; blocked: boolean; met: boolean }>(),
};
let lastUpdate = "";

/** Checks the metrics at once: they must not lag. */
async function expectNumbers(): Promise<void> {
  const { metrics, completed_status_ids } = await getReport();
  const checkins = [...done.checkins.values()];
  const absent = [...done.absent].filter((member) => !checkins.some((one) => one.member === member)).length;
  expect(metrics).toEqual({
    updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    blocked_count: checkins.filter(({ blocked }) => blocked).length,
    participation_count: checkins.length,
    absent_statuses_count: absent,
    present_statuses_count: done.expected - absent,
    previous_completed_count: checkins.filter(({ met }) => met).length,
  });
  expect(completed_status_ids).toEqual([...done.checkins.keys()].toReversed());
  expect(metrics.updated_at >= lastUpdate).toBe(true);
  lastUpdate = metrics.updated_at;
}

async function checkIn(member: string, answers: Answers & { met: boolean }): Promise<Status> {
  const { met, ...said } = answers;
  const { status } = await expectAnswer<{ status: Status }>(201, "POST", "/statuses", { member, answers: said });
  expect(status).toMatchObject({ slug: `${today}-${member}`, report_date: `${today}`, previous_completed: met });
  done.checkins.set(status.id, { member, blocked: Boolean(said.blockers), met });
  return status;
}

test("A team can use Status Hero's API for a whole day of check-ins", async () => {
  // A bot reports thirty more people, and a manager makes every day a work day.
  const events = Array.from({ length: 30 }, (_, n) => ({
    ...{ kind: "visit", scope: "fair", title: "Came by", timestamp: "2018-02-05T12:00:00Z" },
    ...{ externalId: `visit-${n}`, personIdentifier: `visitor.${n}` },
  }));
  await json(ask(server.url, DEMO.integration, "/events", { body: { events } }));
  await expectAnswer(200, "PATCH", "/team", { time_zone: zone, work_days: [1, 2, 3, 4, 5, 6, 7] });

  // Yesterday is entered as a holiday.
  await expectAnswer(201, "POST", "/team_absences", { date: `${today}` });
  expect((await readAll<Report>("reports")).map(({ date }) => date)).not.toContain(`${today}`);
  await expectAnswer(404, "GET", `/reports/${today}`);
  await expectAnswer(409, "POST", "/statuses", { member: "emma-garrett", answers: { next: "Work" } });
  await expectAnswer(204, "DELETE", `/team_absences/${today}`);
  await expectAnswer(201, "POST", "/team_absences", { date: `${yesterday}` });
  expect(await getReport()).toMatchObject({
    questions: {
      previous: `What did you accomplish ${dayBeforeInWords}?`,
      previous_completed: `Did you meet ${dayBeforeInWords}'s goals?`,
    },
    question_labels: { previous: dayBeforeInWords },
  });
  await expectNumbers();

  // Everyone but Emma checks in. Emma is on leave.
  const members = await readAll<Row & { slug: string; role: string; user: { last_name: string } }>("members");
  expect(members).toHaveLength(PEOPLE.length + 30);
  const active = members.filter(({ role }) => role === "active").map(({ slug }) => slug);
  expect(active).toHaveLength(9);
  await expectAnswer(201, "POST", "/member_absences/emma-garrett", { date: `${today}` });
  done.absent.add("emma-garrett");
  await expectNumbers();
  const goals = [true, "1", 1, false, "0", 0, true, false];
  for (const [index, member] of active.filter((slug) => slug !== "emma-garrett").entries()) {
    const met = goals[index]!;
    const blockers = index % 3 === 0 ? "Waiting for @EmmaGarrett" : "";
    await checkIn(member, {
      next: `Task ${index}`,
      blockers,
      previous_completed: met,
      met: [true, "1", 1].includes(met),
    });
    await expectNumbers();
  }

  // Emma checks in all the same, and so counts as present.
  const manyTags = Array.from({ length: 30 }, (_, n) => `#topic-${n}`).join(" ");
  const emmas = await checkIn("emma-garrett", { next: manyTags, blockers: "Jet lag", met: false });
  await expectNumbers();
  await expectAnswer(204, "DELETE", `/member_absences/emma-garrett/${today}`);
  done.absent.delete("emma-garrett");
  const edited = await expectAnswer<{ status: Status }>(200, "PUT", `/statuses/${emmas.slug}`, {
    answers: { blockers: null, previous_completed: true },
  });
  expect(edited.status).toMatchObject({ id: emmas.id, blocked: false, completed_at: emmas.completed_at });
  done.checkins.set(emmas.id, { member: "emma-garrett", blocked: false, met: true });
  await expectNumbers();

  // John was an observer and becomes active. Then he is removed from the team.
  await expectAnswer(200, "PATCH", "/members/john-doe", { role: "active" });
  done.expected += 1;
  await expectNumbers();
  await expectAnswer(204, "DELETE", "/members/john-doe");
  await expectAnswer(410, "GET", "/members/john-doe");
  done.expected -= 1;
  await expectNumbers();

  // Emma gets a comment and a reaction.
  const remark = (kind: string, status: number, body: string) =>
    expectAnswer<Record<string, Row>>(status, "POST", `/statuses/${emmas.id}/${kind}`, { person: "hugh-oliver", body });
  const { comment } = await remark("comments", 201, "Get some sleep!");
  const { reaction } = await remark("reactions", 201, ":zzz:");
  expect(await remark("reactions", 200, "zzz")).toEqual({ reaction });
  const { reaction: slip } = await remark("reactions", 201, "tada");
  await expectAnswer(204, "DELETE", `/reactions/${slip!.id}`);
  await expectAnswer(410, "GET", `/reactions/${slip!.id}`);
  expect(await getStatus(emmas.id)).toMatchObject({ comment_ids: [comment!.id], reaction_ids: [reaction!.id] });

  // Everything is read again, on all pages.
  const reports = await readAll<Report>("reports");
  expect(reports.map(({ date }) => date)).toEqual([
    ...[`${today}`, "2018-06-18", "2018-06-15", "2018-02-05", "2018-02-02"],
  ]);
  expect(reports[0]).toEqual(await getReport());
  const statuses = await readAll<Status>("statuses");
  const completed = reports.flatMap(({ completed_status_ids }) => completed_status_ids);
  expect(statuses).toHaveLength(9 * reports.length);
  expect(new Set(statuses.map(({ id }) => id)).size).toBe(statuses.length);
  expect(statuses.filter(({ completed_at }) => completed_at).map(({ id }) => id)).toEqual(completed);
  expect((await readAll<string>("tags")).filter((tag) => tag.startsWith("topic-"))).toHaveLength(30);
  expect((await readAll<Row>("comments"))[0]).toEqual(comment);
  expect((await readAll<Row>("reactions"))[0]).toEqual(reaction);
});
