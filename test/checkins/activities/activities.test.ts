import { afterEach, describe, expect, test, vi } from "vitest";
import { anEvent, list, push } from "../../events/client.ts";
import { clockAt, get, mintMembers, read, run, status, statuses } from "../../support/checkins.ts";
import { expectError } from "../../support/error.ts";
import { call, mintPerson, mintStrangers, mintTeam, type Team } from "../../support/team.ts";
import { createActivity, getActivity, postActivity } from "./client.ts";

afterEach(() => void vi.useRealTimers());

/** Creates a team of Emma and Adam on Monday 2018-02-05. */
async function mintMonday(): Promise<Team & { people: string[] }> {
  clockAt("2018-02-05T16:00:00Z");
  const team = await mintTeam({ timeZone: "America/Los_Angeles" });
  return { ...team, people: await mintMembers(team, "Emma Garrett", "Adam Young") };
}

const emmasCheckin = async (team: Team) => status(team, "2018-02-05-emma-garrett");

describe("a new status activity", () => {
  test("The answer to a new activity is what GET returns, with the URL of its check-in repeated at the top", async () => {
    const team = await mintMonday();
    const { at, ...made } = await createActivity(team);
    const { id: statusId, url } = await emmasCheckin(team);
    expect(made).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      status_id: statusId,
      kind: "Kanban Board",
      created_at: "2018-02-05T16:00:00Z",
      description: "Moved it to QA",
      html_description: "Moved it to QA",
      url,
    });
    expect(at).toBe(url);
    expect(Object.keys(made)).toEqual([
      "id",
      "status_id",
      "kind",
      "created_at",
      "description",
      "html_description",
      "url",
    ]);
    for (const path of ["status_activities", "statuses_activities"]) {
      expect(await getActivity(team, made.id, path)).toEqual(made);
    }
  });

  test("A status activity is an event: it is in the list of events, the person's timeline and their check-in", async () => {
    const team = await mintMonday();
    const made = await createActivity(team, {
      source_url: "https://kanban.example/7",
      description: "Moved <b>it</b> to QA",
    });
    const event = {
      ...{ id: made.id, person_id: team.people[0], identifier: "emma.garrett@x.test", integration_id: null },
      ...{ kind: "Kanban Board", scope: "Kanban Board", title: "Moved it to QA", url: "https://kanban.example/7" },
      ...{ external_id: expect.stringMatching(/^activity-/), details: null, occurred_at: made.created_at },
    };
    expect((await list(team, { person: "emma-garrett" })).data).toMatchObject([event]);
    expect((await list(team, { kind: "kanban board" })).data).toMatchObject([{ id: made.id }]);
    const day = await get<{ data: unknown[] }>(team, "/people/emma-garrett/timeline?date=2018-02-05");
    expect(day.data).toMatchObject([{ type: "event", ...event }]);
    expect((await emmasCheckin(team)).status_activity_ids).toEqual([made.id]);
  });

  test("The same activity sent twice is two activities", async () => {
    const team = await mintMonday();
    const ids = [(await createActivity(team)).id, (await createActivity(team)).id];
    expect((await emmasCheckin(team)).status_activity_ids.toSorted()).toEqual(ids.toSorted());
  });

  test("An activity with created_at belongs to the check-in of that time", async () => {
    const team = await mintMonday();
    await createActivity(team);
    clockAt("2018-02-07T18:00:00Z");
    const late = await createActivity(team, { created_at: "2018-02-05T15:00:00+01:00" });
    expect(late).toMatchObject({
      created_at: "2018-02-05T14:00:00Z",
      status_id: (await emmasCheckin(team)).id,
    });
    expect((await createActivity(team, { created_at: null })).created_at).toBe("2018-02-07T18:00:00Z");
    expect((await createActivity(team, { created_at: "2018-02-07T18:05:00Z" })).created_at).toBe(
      "2018-02-07T18:05:00Z",
    );
  });

  test("A created_at that is no time, that is ahead, or that the team does not keep is a 400 that names it", async () => {
    const team = await mintMonday();
    await run("UPDATE teams SET retention_days = 30 WHERE id = ?", team.teamId);
    for (const created_at of ["yesterday", "2018-02-05T15:00:00", 5, "2018-02-05T16:05:01Z", "2017-12-31T00:00:00Z"]) {
      const body = { email: "emma.garrett@x.test", source: "x", description: "x", created_at };
      const { issues } = await expectError(await postActivity(team, body), 400, "bad_request");
      expect(issues!.map(({ path }) => path)).toEqual(["created_at"]);
    }
    expect((await list(team)).data).toEqual([]);
  });

  test("Unknown fields are ignored, and a null or blank source_url is stored as null", async () => {
    const team = await mintMonday();
    await createActivity(team, { source_url: null, colour: "red" });
    await createActivity(team, { source_url: " " });
    expect((await list(team)).data.map(({ url }) => url)).toEqual([null, null]);
  });

  test("The first activity of a day creates the day's report", async () => {
    const team = await mintMonday();
    expect((await createActivity(team)).status_id).not.toBeNull();
  });
});

describe("the person of an activity", () => {
  test.each(["Emma.Garrett@X.test", " emma.garrett@x.test "])(
    "The e-mail is compared without case and surrounding spaces: %j",
    async (email) => {
      const team = await mintMonday();
      const { id } = await createActivity(team, { email });
      expect((await emmasCheckin(team)).status_activity_ids).toEqual([id]);
    },
  );

  test("An e-mail that another tool uses as the person's identifier is accepted", async () => {
    const team = await mintMonday();
    await push(team, anEvent({ personIdentifier: "emma@home.example", timestamp: "2018-01-01T00:00:00Z" }));
    const { person_id } = (await list(team)).data[0]!;
    await read(call("/api/v1/people/emma-garrett/merge", { headers: team.asTeam, body: { person: person_id } }));
    const { id } = await createActivity(team, { email: "emma@home.example" });
    expect((await emmasCheckin(team)).status_activity_ids).toEqual([id]);
  });

  test("An activity of a merged person belongs to the successor", async () => {
    const team = await mintMonday();
    await read(call("/api/v1/people/emma-garrett/merge", { headers: team.asTeam, body: { person: "adam-young" } }));
    const { id } = await createActivity(team, { email: "adam.young@x.test" });
    expect((await emmasCheckin(team)).status_activity_ids).toEqual([id]);
  });

  test("An e-mail of a merged person is a 422 once the successor has left the team", async () => {
    const team = await mintMonday();
    await read(call("/api/v1/people/emma-garrett/merge", { headers: team.asTeam, body: { person: "adam-young" } }));
    await run("UPDATE members SET removed_at = 1 WHERE person_id = ?", team.people[0]);
    const answer = await postActivity(team, { email: "adam.young@x.test", source: "Kanban Board", description: "x" });
    expect(answer.status).toBe(422);
  });

  test("An activity of an observer has no check-in, and its URL is the team's page", async () => {
    const team = await mintMonday();
    await run("UPDATE members SET role = 'observer' WHERE person_id = ?", team.people[0]);
    const made = await createActivity(team);
    expect(made.status_id).toBeNull();
    expect(new URL(made.url).pathname).toBe(`/teams/team-${team.teamId}`);
    expect(made.at).toBe(made.url);
  });

  test("An e-mail of a person who is not on the team is a 422 that names the field, and nothing is stored", async () => {
    const [team, otherTeam] = [await mintMonday(), await mintTeam()];
    const sibling = await mintTeam({ accountId: team.accountId });
    await mintPerson(otherTeam, { name: "Theirs", email: "theirs@x.test" });
    await mintPerson(sibling, { name: "Sibling", email: "sibling@x.test" });
    await run("UPDATE members SET removed_at = 1 WHERE person_id = ?", team.people[1]);
    for (const email of ["nobody@x.test", "theirs@x.test", "sibling@x.test", "adam.young@x.test"]) {
      const response = await postActivity(team, { email, source: "Kanban Board", description: "x" });
      expect(response.status).toBe(422);
      const problem = "is not the e-mail of a member of this team";
      expect(await response.json()).toEqual({
        success: false,
        error: `email: ${problem}`,
        code: "unprocessable",
        errors: { email: [problem] },
        request_id: response.headers.get("X-Request-Id"),
      });
    }
    expect((await list(team)).data).toEqual([]);
    expect((await get<{ data: unknown[] }>(team, "/people")).data).toHaveLength(1);
  });
});

describe("an event pushed through the Events API", () => {
  const at = { personIdentifier: "emma.garrett@x.test", timestamp: "2018-02-05T15:00:00Z" };

  test("A pushed event is in the check-in of its day and is readable as a status activity", async () => {
    const team = await mintMonday();
    await push(
      team,
      anEvent({ ...at, kind: "commit", title: 'Fix "this" & <that>', url: "https://git.example/?a=1&b='2'" }),
    );
    const {
      id,
      url,
      status_activity_ids: [found],
    } = await emmasCheckin(team);
    expect(await getActivity(team, found!)).toEqual({
      id: found,
      status_id: id,
      kind: "commit",
      created_at: "2018-02-05T15:00:00Z",
      description: 'Fix "this" & <that>',
      html_description: `<a href='https://git.example/?a=1&amp;b=&#39;2&#39;'>Fix "this" &amp; &lt;that&gt;</a>`,
      url,
    });
  });

  test("A pushed event without a URL has no link in its HTML", async () => {
    const team = await mintMonday();
    await push(team, anEvent({ ...at, title: "1 < 2" }));
    const [found] = (await emmasCheckin(team)).status_activity_ids;
    expect(await getActivity(team, found!)).toMatchObject({ html_description: "1 &lt; 2" });
  });

  test("A pushed event that replaces a status activity also replaces its markup, and the same event again leaves both", async () => {
    const team = await mintMonday();
    const made = await createActivity(team, { description: "Moved <b>it</b> to QA" });
    const [event] = (await list(team)).data;
    const same = {
      ...{ kind: event!.kind, scope: event!.scope, title: event!.title, timestamp: event!.occurred_at },
      ...{ externalId: event!.external_id, personIdentifier: "emma.garrett@x.test" },
    };
    expect((await push(team, same)).processed).toMatchObject({ skipped: 1 });
    expect(await getActivity(team, made.id)).toMatchObject({ html_description: "Moved <b>it</b> to QA" });
    expect((await push(team, { ...same, title: "Moved it back" })).processed).toMatchObject({ updated: 1 });
    expect(await getActivity(team, made.id)).toMatchObject({
      description: "Moved it back",
      html_description: "Moved it back",
    });
  });

  test("Each event of a batch is in the check-in of its own time", async () => {
    clockAt("2018-02-02T20:00:00Z");
    const team = await mintTeam();
    await mintMembers(team, "Emma Garrett");
    await statuses(team);
    clockAt("2018-02-05T20:00:00Z");
    const times = ["2018-02-02T08:00:00Z", "2018-02-03T08:00:00Z", "2018-02-05T08:00:00Z", "2018-02-06T00:00:00Z"];
    // The last is ahead of the clock, but not by more than an event may be.
    clockAt("2018-02-05T23:58:00Z");
    await push(team, ...times.map((timestamp, n) => anEvent({ ...at, timestamp, title: `${n}` })));
    const titles = async (slug: string) => {
      const { status_activity_ids: ids } = await status(team, slug);
      return Promise.all(ids.map(async (id) => (await getActivity(team, id)).description));
    };
    expect(await titles("2018-02-02-emma-garrett")).toEqual(["0"]);
    expect(await titles("2018-02-05-emma-garrett")).toEqual(["1", "2"]);
  });
});

describe("an activity that is invalid", () => {
  const good = { email: "emma.garrett@x.test", source: "Kanban Board", description: "x" };
  test.each([
    ["email", { ...good, email: undefined }, "is required"],
    ["email", { ...good, email: "emma" }, "must be an e-mail address"],
    ["email", { ...good, email: 7 }, "must be a string"],
    ["source", { ...good, source: undefined }, "is required"],
    ["source", { ...good, source: "x".repeat(65) }, "must be at most 64 characters"],
    ["source_url", { ...good, source_url: "javascript:alert(1)" }, "must be an http or https URL"],
    ["source_url", { ...good, source_url: "kanban" }, "must be an http or https URL"],
    ["description", { ...good, description: undefined }, "is required"],
    ["description", { ...good, description: " " }, "must not be empty"],
    ["description", { ...good, description: "x".repeat(4_001) }, "must be at most 4000 characters"],
    ["description", { ...good, description: "x".repeat(1_001) }, "must be at most 1000 characters without its markup"],
    ["", ["x"], "must be an object"],
  ])("An invalid activity is a 400 that names the field %s: %j", async (path, body, message) => {
    const team = await mintMonday();
    expect((await expectError(await postActivity(team, body), 400, "bad_request")).issues).toContainEqual({
      path,
      message,
    });
    expect((await list(team)).data).toEqual([]);
  });
});

test("An unknown activity and another team's activity are the same 404 under both paths", async () => {
  const otherTeam = await mintMonday();
  const { id } = await createActivity(otherTeam);
  const answers = [];
  for (const team of await mintStrangers(otherTeam)) {
    for (const path of ["status_activities", "statuses_activities"]) {
      for (const name of [id, crypto.randomUUID()]) {
        const answer = await call(`/api/v1/${path}/${name}`, { headers: team.asTeam });
        const { request_id: _, ...body } = await expectError(answer, 404, "not_found");
        answers.push(JSON.stringify(body));
      }
    }
  }
  expect(new Set(answers).size).toBe(1);
});
