import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import * as store from "../../../src/checkins/remarks/store.ts";
import { database } from "../../../src/db/client.ts";
import { clockAt, get, mintMembers, read, run, status } from "../../support/checkins.ts";
import { expectError } from "../../support/error.ts";
import { recordStatements, rowsRead } from "../../support/statements.ts";
import { call, mintStrangers, mintTeam, type Team } from "../../support/team.ts";
import { addRemark, type Kind, listRemarks, mintMonday, postRemark, type Remark, requestRemark } from "./client.ts";

afterEach(() => void vi.useRealTimers());

const ids = (remarks: Remark[]) => remarks.map(({ id }) => id);

/** Returns the status and body of a response, without the id of the request. */
async function answerOf(response: Response): Promise<string> {
  return `${response.status} ${(await response.text()).replace(/"request_id":"[^"]*"/, "")}`;
}

const KINDS = [
  { kind: "comment", body: "Nice one", another: "Well done" },
  { kind: "reaction", body: "thumbsup", another: "tada" },
] as const;

describe.each(KINDS)("a $kind", ({ kind, body, another }) => {
  const idsOn = async (team: Team, id: string) => (await status(team, id))[`${kind}_ids`];

  test(`A ${kind} is the same when it is added, read and listed, and its check-in names it`, async () => {
    const { team, emma } = await mintMonday();
    const made = await addRemark(team, kind, emma.id, "adam-young", body);
    expect(made).toMatchObject({ body, created_at: "2018-02-05T16:00:00Z", status_id: emma.id, url: emma.url });
    expect(await read(requestRemark(team, kind, made.id))).toEqual({ [kind]: made });
    expect(await listRemarks(team, kind)).toEqual([made]);
    expect(await idsOn(team, emma.id)).toEqual([made.id]);
  });

  test(`A new ${kind} names its check-in by id or slug, and its person by any reference`, async () => {
    const { team, emma, people } = await mintMonday();
    const user = { id: people[1], email: "adam.young@x.test", slug: "adam-young", first_name: "Adam", initials: "ay" };
    for (const [n, person] of ["adam-young", "Adam.Young@x.test", people[1]!].entries()) {
      const reference = n % 2 ? emma.id : emma.slug;
      const { [kind]: made } = await read<Record<Kind, Remark>>(
        postRemark(team, kind, reference, { person, body: `${body}-${n}`.toLowerCase().replace(" ", "-") }),
        201,
      );
      expect(made).toMatchObject({ status_id: emma.id, user });
    }
  });

  test(`A ${kind} that is the first request of a day creates the day's report`, async () => {
    clockAt("2018-02-05T16:00:00Z");
    const team = await mintTeam({ timeZone: "America/Los_Angeles" });
    await mintMembers(team, "Emma Garrett");
    await addRemark(team, kind, "2018-02-05-emma-garrett", "emma-garrett", body);
    expect(await listRemarks(team, kind)).toHaveLength(1);
  });

  test(`The list of ${kind} items is newest first, in pages of 30, and empty past the end`, async () => {
    const { team, emma, adam } = await mintMonday();
    const made: Remark[] = [];
    for (let n = 0; n < 32; n++) {
      clockAt(new Date(Date.UTC(2018, 1, 5, 16, Math.floor(n / 2))).toISOString());
      made.push(
        await addRemark(
          team,
          kind,
          n % 3 ? emma.id : adam.id,
          "adam-young",
          `${body}-${n}`.toLowerCase().replace(" ", "-"),
        ),
      );
    }
    const newest = made.toSorted((a, b) => (a.created_at + a.id < b.created_at + b.id ? 1 : -1));
    expect(ids(await listRemarks(team, kind, 1))).toEqual(ids(newest.slice(0, 30)));
    expect(ids(await listRemarks(team, kind, 2))).toEqual(ids(newest.slice(30)));
    expect(await listRemarks(team, kind, 3)).toEqual([]);
    const oldestFirst = newest.toReversed().filter(({ status_id }) => status_id === emma.id);
    expect(await idsOn(team, emma.id)).toEqual(ids(oldestFirst));
  });

  test(`A removed ${kind} is a 410, is listed no longer, and its text is deleted`, async () => {
    const { team, emma } = await mintMonday();
    const [kept, removed] = [
      await addRemark(team, kind, emma.id, "adam-young", another),
      await addRemark(team, kind, emma.id, "adam-young", body),
    ];
    const response = await requestRemark(team, kind, removed.id, { method: "DELETE" });
    expect([response.status, await response.text()]).toEqual([204, ""]);
    for (const method of ["GET", "DELETE"])
      await expectError(await requestRemark(team, kind, removed.id, { method }), 410, "gone");
    expect(await listRemarks(team, kind)).toEqual([kept]);
    expect(await idsOn(team, emma.id)).toEqual([kept.id]);
    const row = env.DB.prepare(`SELECT body FROM ${kind}s WHERE id = ?`).bind(removed.id);
    expect(await row.first("body")).toBe("");
  });

  test(`An unknown ${kind} and another team's are the same 404 for every request, and nothing changes`, async () => {
    const [own, other] = [await mintMonday(), await mintMonday()];
    const made = await addRemark(other.team, kind, other.emma.id, "adam-young", body);
    for (const stranger of [own.team, ...(await mintStrangers(other.team))]) {
      for (const init of [{}, { method: "DELETE" }]) {
        const [foreign, absent] = [
          await requestRemark(stranger, kind, made.id, init),
          await requestRemark(stranger, kind, crypto.randomUUID(), init),
        ];
        expect(foreign.status).toBe(404);
        expect(await answerOf(foreign)).toBe(await answerOf(absent));
      }
    }
    const answers = [other.emma.id, crypto.randomUUID(), "2018-02-05-nobody"].map(async (reference) =>
      answerOf(await postRemark(own.team, kind, reference, { person: "adam-young", body })),
    );
    expect(new Set(await Promise.all(answers)).size).toBe(1);
    expect(await listRemarks(other.team, kind)).toEqual([made]);
    expect(await listRemarks(own.team, kind)).toEqual([]);
  });

  test(`A ${kind} of a person who is not on the team is a 404, and of a removed member a 410`, async () => {
    const [own, other] = [await mintMonday(), await mintMonday()];
    await run("UPDATE members SET removed_at = 1 WHERE person_id = ?", own.people[1]);
    for (const person of ["nobody", other.people[0]!]) {
      const answer = await postRemark(own.team, kind, own.emma.id, { person, body });
      expect(await expectError(answer, 404, "not_found")).toMatchObject({ error: "person: not found" });
    }
    for (const person of ["adam-young", own.people[1]!]) {
      const answer = await postRemark(own.team, kind, own.emma.id, { person, body });
      expect(await expectError(answer, 410, "gone")).toMatchObject({ error: "person: was removed from the team" });
    }
    expect(await listRemarks(own.team, kind)).toEqual([]);
  });

  test(`A ${kind} stays, with its name, when its person leaves the team`, async () => {
    const { team, emma, people } = await mintMonday();
    const made = await addRemark(team, kind, emma.id, "adam-young", body);
    await run("UPDATE members SET removed_at = 1 WHERE person_id = ?", people[1]);
    expect(await listRemarks(team, kind)).toEqual([made]);
  });

  test(`A ${kind} belongs to the successor after a merge, and to its person again once the merge is undone`, async () => {
    const { team, emma, people } = await mintMonday();
    const made = await addRemark(team, kind, emma.id, "adam-young", body);
    const change = (verb: string) =>
      read(call(`/api/v1/people/${people[0]}/${verb}`, { headers: team.asTeam, body: { person: people[1] } }));
    await change("merge");
    const [merged] = await listRemarks(team, kind);
    expect(merged).toMatchObject({ id: made.id, user: { id: people[0], full_name: "Emma Garrett" } });
    expect(merged!.title).toMatch(/^Emma .* their February 5 check-in/);
    await change("unmerge");
    expect(await listRemarks(team, kind)).toEqual([made]);
  });

  test.each([
    [{ body }, "person", "is required"],
    [{ person: "adam-young" }, "body", "is required"],
    [{ person: 7, body }, "person", "must be a string"],
    [{ person: "adam-young", body: "  " }, "body", "must not be empty"],
    [{ person: "adam-young", body: ["x"] }, "body", "must be a string"],
    [{ person: "adam-young", body, emoji: "x" }, "emoji", "is not a field of this body"],
    [["x"], "", "must be an object"],
  ])("The body %j is a 400 that names the field", async (sent, path, message) => {
    const { team, emma } = await mintMonday();
    const { issues } = await expectError(await postRemark(team, kind, emma.id, sent), 400, "bad_request");
    expect(issues).toContainEqual({ path, message });
    expect(await listRemarks(team, kind)).toEqual([]);
  });

  test(`A page of the ${kind} list is one query that reads about as many rows as it shows, however long the history`, async () => {
    const { team, emma, people } = await mintMonday();
    const bodies = Array.from({ length: 2_000 }, (_, n) => `${body}-${n}`);
    await run(
      `INSERT INTO ${kind}s (id, team_id, checkin_id, person_id, body, created_at)
       SELECT hex(randomblob(16)), ?, ?, ?, value, key FROM json_each(?)`,
      ...[team.teamId, emma.id, people[1], JSON.stringify(bodies)],
    );
    const { d1, statements } = recordStatements();
    for (const page of [1, 3]) {
      expect(await store.listRemarks(database(d1), team, kind, { page, size: 30 })).toHaveLength(30);
      // Each shown remark needs its index entry and row, those of its check-in, and those of two people twice.
      expect(await rowsRead(statements.at(-1)!)).toBeLessThan(30 * (12 + 2 * page));
    }
    expect(statements).toHaveLength(2);
  });

  test.each(["0", "x", "1.5", ""])("Page %j is a 400", async (page) => {
    const team = await mintTeam();
    const answer = await call(`/api/v1/${kind}s?page=${page}`, { headers: team.asTeam });
    expect((await expectError(answer, 400, "bad_request")).issues).toMatchObject([{ path: "page" }]);
  });
});

test("A check-in lists the ids of its comments and of its reactions", async () => {
  const { team, emma } = await mintMonday();
  const added = {
    comment: [
      await addRemark(team, "comment", emma.id, "adam-young", "1"),
      await addRemark(team, "comment", emma.id, "emma-garrett", "2"),
    ],
    reaction: [await addRemark(team, "reaction", emma.id, "adam-young", "+1")],
  };
  const { status: checkin } = await get<{ status: Record<string, string[]> }>(team, `/statuses/${emma.slug}`);
  expect(checkin.comment_ids!.toSorted()).toEqual(ids(added.comment).toSorted());
  expect(checkin.reaction_ids).toEqual(ids(added.reaction));
});
