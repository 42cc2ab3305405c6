import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newId } from "../../../src/lib/id.ts";
import { push } from "../../events/client.ts";
import {
  clockAt,
  get,
  mintRemark,
  postAnswers,
  putAnswers,
  read,
  run,
  type Status,
  status,
  statuses,
} from "../../support/checkins.ts";
import { mintReport, mintTeamOf } from "../../support/reports.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";

afterAll(() => {
  vi.useRealTimers();
});

/** Creates a team of Emma and Hugh in Los Angeles, with a report of Monday 2018-02-05. */
async function mintMonday() {
  clockAt("2018-02-05T15:00:00.456Z");
  const team = await mintTeamOf({ timeZone: "America/Los_Angeles" });
  await run("UPDATE people SET location = 'Portland' WHERE id = ?", team.people[0]);
  await get(team, "/reports");
  return team;
}

describe("a check-in", () => {
  test("A check-in has the keys of Status Hero's document in their order, then the times of its creation and last change", async () => {
    const team = await mintMonday();
    const { report_id } = await status(team, "2018-02-05-emma-garrett");
    const answers = { previous_completed: "1", next: "Prep", blockers: "Waiting", previous: "Souped up" };
    const made = await read<{ status: Status }>(postAnswers(team, "emma-garrett", answers), 201);
    expect(JSON.stringify(made)).toBe(
      JSON.stringify({
        status: {
          id: made.status.id,
          answers: { next: "Prep", blockers: "Waiting", previous: "Souped up", previous_completed: true },
          blocked: true,
          completed_at: "2018-02-05T15:00:00Z",
          previous_completed: true,
          report_id,
          slug: "2018-02-05-emma-garrett",
          attachments: [],
          report_date: "2018-02-05",
          title: "Check-in from Emma Garrett (Portland) for February 5, 2018",
          url: `https://rollcall.test/teams/team-${team.teamId}/statuses/2018-02-05-emma-garrett`,
          comment_ids: [],
          reaction_ids: [],
          status_activity_ids: [],
          user: {
            id: team.people[0],
            email: "emma.garrett@x.test",
            first_name: "Emma",
            last_name: "Garrett",
            time_zone: made.status.user.time_zone,
            administrator: false,
            slug: "emma-garrett",
            full_name: "Emma Garrett",
            initials: "eg",
            avatar_url: null,
          },
          created_at: "2018-02-05T15:00:00Z",
          updated_at: "2018-02-05T15:00:00Z",
        },
      }),
    );
    expect(await get(team, `/statuses/${made.status.id}`)).toEqual(made);
    expect(await get(team, "/statuses/2018-02-05-emma-garrett")).toEqual(made);
    expect((await statuses(team))[0]).toEqual(made.status);
  });

  test("A pending check-in has no answers, is not blocked, and its title has no location for a person without one", async () => {
    const team = await mintMonday();
    expect(await status(team, "2018-02-05-hugh-oliver")).toMatchObject({
      answers: { next: null, blockers: null, previous: null, previous_completed: null },
      blocked: false,
      completed_at: null,
      previous_completed: false,
      title: "Check-in from Hugh Oliver for February 5, 2018",
    });
  });

  test("A check-in shows previous_completed as imported history has it, and as a boolean", async () => {
    const team = await mintMonday();
    for (const [stored, answer, met] of [
      ['"1"', "1", true],
      ['"0"', "0", false],
      ["true", true, true],
      ["false", false, false],
    ] as const) {
      await run("UPDATE checkins SET completed_at = 1, previous_completed = ? WHERE team_id = ?", stored, team.teamId);
      const found = await status(team, "2018-02-05-emma-garrett");
      expect([found.answers.previous_completed, found.previous_completed]).toEqual([answer, met]);
    }
  });

  test("An imported person is shown with their former id", async () => {
    const team = await mintMonday();
    await run("UPDATE people SET former_id = 'e9d25609' WHERE id = ?", team.people[0]);
    expect((await status(team, "2018-02-05-emma-garrett")).user.id).toBe("e9d25609");
  });

  test("A check-in of a renamed person keeps its slug and shows the new name", async () => {
    const team = await mintMonday();
    await run("UPDATE people SET name = 'Emma Stone', slug = 'emma-stone' WHERE id = ?", team.people[0]);
    const found = await status(team, "2018-02-05-emma-garrett");
    expect([found.title, found.user.slug]).toEqual([
      "Check-in from Emma Stone (Portland) for February 5, 2018",
      "emma-stone",
    ]);
  });
});

describe("404 Not found", () => {
  test("An unknown check-in and another team's are the same 404", async () => {
    const [team, other] = [await mintMonday(), await mintMonday()];
    await run(
      "UPDATE checkins SET slug = 'theirs' WHERE id = (SELECT min(id) FROM checkins WHERE team_id = ?)",
      other.teamId,
    );
    const foreign = await status(other, "theirs");
    const missing = [newId(), foreign.id, "theirs", "%00", "x".repeat(5_000), "2018-02-06-emma-garrett"];
    const sibling = await mintTeam({ accountId: other.accountId });
    const asked = [team, sibling].flatMap((by) => missing.map((id) => ({ by, id })));
    for (const init of [{}, { method: "PUT", body: { answers: { next: "mine" } } }]) {
      const bodies = [];
      for (const { by, id } of asked) {
        const response = await call(`/api/v1/statuses/${id}`, { headers: by.asTeam, ...init });
        expect(response.status).toBe(404);
        bodies.push({ ...((await response.json()) as object), request_id: "" });
      }
      expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
      expect(bodies[0]).toMatchObject({ success: false, code: "not_found" });
    }
    expect((await status(other, foreign.id)).answers.next).toBeNull();
  });
});

describe("the list of check-ins", () => {
  let team: Team & { people: string[] };
  let ids: string[];
  /** There are 65 check-ins: five pending, a dozen completed at the same time, the rest each at its own. */
  beforeAll(async () => {
    clockAt("2018-02-03T10:00:00Z");
    team = await mintTeamOf();
    const rows = [];
    const reportOf = new Map<string, string>();
    for (let n = 0; n < 65; n++) {
      const day = n % 2 ? 65 - n : n;
      const date = new Date(Date.UTC(2017, 0, 1 + day)).toISOString().slice(0, 10);
      const completedAt = n % 13 === 0 ? null : n % 5 === 0 ? 5_000 : 10_000 + ((n * 7) % 65);
      if (!reportOf.has(date)) reportOf.set(date, await mintReport(team, date));
      const row = { id: newId(), completedAt, date };
      await run(
        `INSERT INTO checkins (id, team_id, report_id, person_id, date, slug, completed_at, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)`,
        ...[row.id, team.teamId, reportOf.get(date), team.people[n % 2], date, `${date}-${n}`, completedAt],
      );
      rows.push(row);
    }
    ids = rows
      .sort(
        (a, b) =>
          (b.completedAt ?? -1) - (a.completedAt ?? -1) || b.date.localeCompare(a.date) || (a.id < b.id ? -1 : 1),
      )
      .map(({ id }) => id);
  });

  test("The list comes in pages of 30: the latest first, pending ones last, ties by newest date and id, empty past the end", async () => {
    const pages = [await statuses(team, 1), await statuses(team, 2), await statuses(team, 3), await statuses(team, 4)];
    expect(pages.map((page) => page.length)).toEqual([30, 30, 5, 0]);
    expect(pages.flat().map(({ id }) => id)).toEqual(ids);
    expect(pages[2]!.map(({ completed_at }) => completed_at)).toEqual([null, null, null, null, null]);
    expect(await get(team, "/statuses")).toEqual({ statuses: pages[0] });
  });

  test.each(["0", "-1", "1.5", "many", "1000001"])("Page %j is a 400 that names the parameter", async (page) => {
    const response = await call(`/api/v1/statuses?page=${page}`, { headers: team.asTeam });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ issues: [{ path: "page" }] });
  });
});

describe("the related ids of a check-in", () => {
  test("A check-in lists its comments and reactions that were not removed, the oldest first", async () => {
    const team = await mintMonday();
    const [emma, hugh] = await Promise.all(
      ["emma-garrett", "hugh-oliver"].map((who) => status(team, `2018-02-05-${who}`)),
    );
    const remark = { checkinId: emma!.id, personId: team.people[1]! };
    const ids: Record<string, string[]> = {};
    for (const kind of ["comments", "reactions"] as const) {
      const [third, first, second] = [
        await mintRemark(kind, team, { ...remark, at: 30 }),
        await mintRemark(kind, team, { ...remark, at: 10 }),
        await mintRemark(kind, team, { ...remark, at: 20 }),
      ];
      await mintRemark(kind, team, { ...remark, at: 15, removedAt: 40 });
      ids[kind] = [first!, second!, third!];
    }
    expect(await status(team, emma!.id)).toMatchObject({ comment_ids: ids.comments, reaction_ids: ids.reactions });
    expect(await status(team, hugh!.id)).toMatchObject({ comment_ids: [], reaction_ids: [] });
    const listed = (await statuses(team)).find(({ id }) => id === emma!.id)!;
    expect(listed).toMatchObject({ comment_ids: ids.comments, reaction_ids: ids.reactions });
  });

  /** Pushes events, each of a person at a time. Returns a function that finds their ids by external id. */
  async function pushAll(team: Team, events: Record<string, [person: string, time: string]>) {
    const batch = Object.entries(events).map(([externalId, [personIdentifier, timestamp]]) => ({
      ...{ kind: "commit", title: externalId, scope: "x" },
      ...{ externalId, personIdentifier, timestamp },
    }));
    await push(team, ...batch);
    const { data } = await get<{ data: { id: string; external_id: string }[] }>(team, "/events?limit=200");
    return (...names: string[]) => names.map((name) => data.find((event) => event.external_id === name)!.id);
  }

  test("A check-in lists the person's events from the end of the previous work day to the end of its day, in the team's zone", async () => {
    const team = await mintMonday();
    const idsOf = await pushAll(team, {
      friday: ["emma.garrett@x.test", "2018-02-03T07:59:59Z"],
      saturday: ["emma.garrett@x.test", "2018-02-03T08:00:00Z"],
      monday: ["emma.garrett@x.test", "2018-02-05T14:00:00Z"],
      hughs: ["hugh.oliver@x.test", "2018-02-05T14:00:00Z"],
    });
    clockAt("2018-02-06T12:00:00Z");
    const late = await pushAll(team, {
      evening: ["Emma.Garrett@x.test", "2018-02-06T07:59:59Z"],
      tuesday: ["emma.garrett@x.test", "2018-02-06T08:00:00Z"],
    });
    const activities = async (slug: string) => (await status(team, slug)).status_activity_ids;
    expect(await activities("2018-02-05-emma-garrett")).toEqual([...idsOf("saturday", "monday"), ...late("evening")]);
    expect(await activities("2018-02-05-hugh-oliver")).toEqual(idsOf("hughs"));
    clockAt("2018-02-06T20:00:00Z");
    expect(await activities("2018-02-06-emma-garrett")).toEqual(late("tuesday"));
    const bySlug = Object.fromEntries((await statuses(team)).map((one) => [one.slug, one.status_activity_ids.length]));
    expect(bySlug).toEqual({
      ...{ "2018-02-05-emma-garrett": 3, "2018-02-05-hugh-oliver": 1 },
      ...{ "2018-02-06-emma-garrett": 1, "2018-02-06-hugh-oliver": 0 },
    });
  });

  test("The successor's check-in lists the events of both people until the merge is undone", async () => {
    const team = await mintMonday();
    const idsOf = await pushAll(team, {
      own: ["emma.garrett@x.test", "2018-02-05T14:00:00Z"],
      tools: ["egarrett", "2018-02-05T14:30:00Z"],
    });
    const activities = async () => (await status(team, "2018-02-05-emma-garrett")).status_activity_ids;
    expect(await activities()).toEqual(idsOf("own"));
    await read(call("/api/v1/people/emma-garrett/merge", { headers: team.asTeam, body: { person: "egarrett" } }));
    expect(await activities()).toEqual(idsOf("own", "tools"));
    await read(call("/api/v1/people/emma-garrett/unmerge", { headers: team.asTeam, body: {} }));
    expect(await activities()).toEqual(idsOf("own"));
  });

  test("A check-in never lists another team's events of the same person", async () => {
    const team = await mintMonday();
    const other = await mintTeam({ accountId: team.accountId });
    await pushAll(other, { elsewhere: ["emma.garrett@x.test", "2018-02-05T14:00:00Z"] });
    expect((await status(team, "2018-02-05-emma-garrett")).status_activity_ids).toEqual([]);
  });
});

test("An answered check-in moves to the front of the list at once", async () => {
  const team = await mintMonday();
  await read(putAnswers(team, "2018-02-05-hugh-oliver", { next: "1" }));
  clockAt("2018-02-05T15:00:01Z");
  await read(putAnswers(team, "2018-02-05-emma-garrett", { next: "2" }));
  expect((await statuses(team)).map(({ slug }) => slug)).toEqual(["2018-02-05-emma-garrett", "2018-02-05-hugh-oliver"]);
});
