import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { call } from "../support/team.ts";
import { TEAM } from "./account.ts";
import { REPORTS } from "./check_ins.ts";
import { COMMENTS, EVENTS, REACTIONS } from "./remarks.ts";
import { seedDemo } from "./seed.ts";

type Shown = Record<string, { id: string } & Record<string, unknown>>;

const headers = { "X-TEAM-ID": TEAM.id, "X-API-KEY": TEAM.key };

async function get<T = Shown>(path: string): Promise<T> {
  const response = await call(`/api/v1${path}`, { headers });
  expect(response.status, path).toBe(200);
  return response.json();
}

beforeAll(() => seedDemo(env.DB, Date.now()));

/** All items whose id Status Hero's document prints, also in a list of ids. */
const NAMED = [
  ...REPORTS.map(({ id }) => ["report", `/reports/${id}`, id]),
  ...REPORTS.flatMap((report) => report.checkins).map(({ id }) => ["status", `/statuses/${id}`, id]),
  ...EVENTS.map(({ id }) => ["status_activity", `/status_activities/${id}`, id]),
  ...COMMENTS.map(({ id }) => ["comment", `/comments/${id}`, id]),
  ...REACTIONS.map(({ id }) => ["reaction", `/reactions/${id}`, id]),
] as [string, string, string][];

test.each(NAMED)("The demo contains the %s %s", async (kind, path, id) => {
  expect((await get(path))[kind]).toMatchObject({ id });
});

test("The title of a check-in without a location names no location", async () => {
  const { status } = await get("/statuses/2018-02-05-adam-young");
  expect(status).toMatchObject({ title: "Check-in from Adam Young for February 5, 2018", completed_at: null });
});

test.each(REPORTS)("All nine members are expected in the report of $date", async ({ date, checkins }) => {
  const { report } = await get(`/reports/${date}`);
  const participation_count = checkins.length;
  expect(report?.metrics).toMatchObject({ present_statuses_count: 9, absent_statuses_count: 0, participation_count });
});

test("The comments, reactions and activities that a check-in lists are found and belong to it", async () => {
  const { statuses } = await get<{ statuses: Record<string, string[]>[] }>("/statuses");
  const lists = { comment_ids: ["comment", "comments"], reaction_ids: ["reaction", "reactions"] };
  const kinds = Object.entries({ ...lists, status_activity_ids: ["status_activity", "status_activities"] });
  for (const status of statuses) {
    for (const [list, [kind, path]] of kinds) {
      for (const id of status[list]!)
        expect((await get(`/${path}/${id}`))[kind!]).toMatchObject({ status_id: status.id });
    }
  }
});

test("A second run restores nothing that was edited or removed", async () => {
  const everything = async () => [
    await get("/statuses"),
    await get("/tags"),
    await get("/comments"),
    await get("/events"),
  ];
  const body = { answers: { previous: "Nothing to speak of." } };
  await call("/api/v1/statuses/2018-02-05-hugh-oliver", { method: "PUT", headers, body });
  await call("/api/v1/comments/555c3990-9a83-4076-9a7e-1d4becec168a", { method: "DELETE", headers });
  const before = await everything();
  expect(before[1]).toMatchObject({ tags: expect.not.arrayContaining(["optimization"]) });
  await seedDemo(env.DB, Date.now());
  expect(await everything()).toEqual(before);
});
