import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { listRemarks } from "../../../src/checkins/remarks/store.ts";
import { database } from "../../../src/db/client.ts";
import { clockAt, get, mintMembers, read, run, status } from "../../support/checkins.ts";
import { expectError } from "../../support/error.ts";
import { rowsRead, watch } from "../../support/statements.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";
import { type Kind, leave, list, mintDay, one, type Remark, remark } from "./client.ts";

afterEach(() => void vi.useRealTimers());

const ids = (remarks: Remark[]) => remarks.map(({ id }) => id);

/** What a response says, but for the id of the request. */
async function told(response: Response): Promise<string> {
  return `${response.status} ${(await response.text()).replace(/"request_id":"[^"]*"/, "")}`;
}

const KINDS = [
  { kind: "comment", body: "Nice one", another: "Well done" },
  { kind: "reaction", body: "thumbsup", another: "tada" },
] as const;

describe.each(KINDS)("a $kind", ({ kind, body, another }) => {
  const idsOn = async (team: Team, id: string) => (await status(team, id))[`${kind}_ids`];

  test("is answered the same when it is made, read and listed, and hangs on its check-in", async () => {
    const { team, emma } = await mintDay();
    const made = await leave(team, kind, emma.id, "adam-young", body);
    expect(made).toMatchObject({ body, created_at: "2018-02-05T16:00:00Z", status_id: emma.id, url: emma.url });
    expect(await read(one(team, kind, made.id))).toEqual({ [kind]: made });
    expect(await list(team, kind)).toEqual([made]);
    expect(await idsOn(team, emma.id)).toEqual([made.id]);
  });

  test("names its check-in by id or slug, and its person by any reference", async () => {
    const { team, emma, people } = await mintDay();
    const user = { id: people[1], email: "adam.young@x.test", slug: "adam-young", first_name: "Adam", initials: "ay" };
    for (const [n, person] of ["adam-young", "Adam.Young@x.test", people[1]!].entries()) {
      const reference = n % 2 ? emma.id : emma.slug;
      const { [kind]: made } = await read<Record<Kind, Remark>>(
        remark(team, kind, reference, { person, body: `${body}-${n}`.toLowerCase().replace(" ", "-") }),
        201,
      );
      expect(made).toMatchObject({ status_id: emma.id, user });
    }
  });

  test("on today's check-in is what makes the day's report, where it comes first", async () => {
    clockAt("2018-02-05T16:00:00Z");
    const team = await mintTeam({ timeZone: "America/Los_Angeles" });
    await mintMembers(team, "Emma Garrett");
    await leave(team, kind, "2018-02-05-emma-garrett", "emma-garrett", body);
    expect(await list(team, kind)).toHaveLength(1);
  });

  test("comes back newest first, in pages of 30, none past the end", async () => {
    const { team, emma, adam } = await mintDay();
    const made: Remark[] = [];
    for (let n = 0; n < 32; n++) {
      clockAt(new Date(Date.UTC(2018, 1, 5, 16, Math.floor(n / 2))).toISOString());
      made.push(
        await leave(
          team,
          kind,
          n % 3 ? emma.id : adam.id,
          "adam-young",
          `${body}-${n}`.toLowerCase().replace(" ", "-"),
        ),
      );
    }
    const newest = made.toSorted((a, b) => (a.created_at + a.id < b.created_at + b.id ? 1 : -1));
    expect(ids(await list(team, kind, 1))).toEqual(ids(newest.slice(0, 30)));
    expect(ids(await list(team, kind, 2))).toEqual(ids(newest.slice(30)));
    expect(await list(team, kind, 3)).toEqual([]);
    const oldestFirst = newest.toReversed().filter(({ status_id }) => status_id === emma.id);
    expect(await idsOn(team, emma.id)).toEqual(ids(oldestFirst));
  });

  test("is gone once removed, and what it said with it", async () => {
    const { team, emma } = await mintDay();
    const [kept, removed] = [
      await leave(team, kind, emma.id, "adam-young", another),
      await leave(team, kind, emma.id, "adam-young", body),
    ];
    const response = await one(team, kind, removed.id, { method: "DELETE" });
    expect([response.status, await response.text()]).toEqual([204, ""]);
    for (const method of ["GET", "DELETE"])
      await expectError(await one(team, kind, removed.id, { method }), 410, "gone");
    expect(await list(team, kind)).toEqual([kept]);
    expect(await idsOn(team, emma.id)).toEqual([kept.id]);
    const row = env.DB.prepare(`SELECT body FROM ${kind}s WHERE id = ?`).bind(removed.id);
    expect(await row.first("body")).toBe("");
  });

  test("that is not there, and another team's, are the same 404 whatever is done to it, and stay as they are", async () => {
    const [ours, theirs] = [await mintDay(), await mintDay()];
    const made = await leave(theirs.team, kind, theirs.emma.id, "adam-young", body);
    for (const init of [{}, { method: "DELETE" }]) {
      const [foreign, absent] = [
        await one(ours.team, kind, made.id, init),
        await one(ours.team, kind, crypto.randomUUID(), init),
      ];
      expect(foreign.status).toBe(404);
      expect(await told(foreign)).toBe(await told(absent));
    }
    const answers = [theirs.emma.id, crypto.randomUUID(), "2018-02-05-nobody"].map(async (reference) =>
      told(await remark(ours.team, kind, reference, { person: "adam-young", body })),
    );
    expect(new Set(await Promise.all(answers)).size).toBe(1);
    expect(await list(theirs.team, kind)).toEqual([made]);
    expect(await list(ours.team, kind)).toEqual([]);
  });

  test("needs somebody who is on the team", async () => {
    const [ours, theirs] = [await mintDay(), await mintDay()];
    await run("UPDATE members SET removed_at = 1 WHERE person_id = ?", ours.people[1]);
    for (const person of ["nobody", theirs.people[0]!]) {
      const answer = await remark(ours.team, kind, ours.emma.id, { person, body });
      expect(await expectError(answer, 404, "not_found")).toMatchObject({ error: "person: not found" });
    }
    for (const person of ["adam-young", ours.people[1]!]) {
      const answer = await remark(ours.team, kind, ours.emma.id, { person, body });
      expect(await expectError(answer, 410, "gone")).toMatchObject({ error: "person: was removed from the team" });
    }
    expect(await list(ours.team, kind)).toEqual([]);
  });

  test("stays with its name when its person leaves the team", async () => {
    const { team, emma, people } = await mintDay();
    const made = await leave(team, kind, emma.id, "adam-young", body);
    await run("UPDATE members SET removed_at = 1 WHERE person_id = ?", people[1]);
    expect(await list(team, kind)).toEqual([made]);
  });

  test("is its successor's once its person is merged, and theirs again once that is undone", async () => {
    const { team, emma, people } = await mintDay();
    const made = await leave(team, kind, emma.id, "adam-young", body);
    const change = (verb: string) =>
      read(call(`/api/v1/people/${people[0]}/${verb}`, { headers: team.asTeam, body: { person: people[1] } }));
    await change("merge");
    const [merged] = await list(team, kind);
    expect(merged).toMatchObject({ id: made.id, user: { id: people[0], full_name: "Emma Garrett" } });
    expect(merged!.title).toMatch(/^Emma .* their February 5 check-in/);
    await change("unmerge");
    expect(await list(team, kind)).toEqual([made]);
  });

  test.each([
    [{ body }, "person", "is required"],
    [{ person: "adam-young" }, "body", "is required"],
    [{ person: 7, body }, "person", "must be a string"],
    [{ person: "adam-young", body: "  " }, "body", "must not be empty"],
    [{ person: "adam-young", body: ["x"] }, "body", "must be a string"],
    [{ person: "adam-young", body, emoji: "x" }, "emoji", "is not a field of this body"],
    [["x"], "", "must be an object"],
  ])("as %j is refused, and what is at fault is named", async (sent, path, message) => {
    const { team, emma } = await mintDay();
    const { issues } = await expectError(await remark(team, kind, emma.id, sent), 400, "bad_request");
    expect(issues).toContainEqual({ path, message });
    expect(await list(team, kind)).toEqual([]);
  });

  test("is listed by one query, which reads about as many rows as it shows, however long the history", async () => {
    const { team, emma, people } = await mintDay();
    const bodies = Array.from({ length: 2_000 }, (_, n) => `${body}-${n}`);
    await run(
      `INSERT INTO ${kind}s (id, team_id, checkin_id, person_id, body, created_at)
       SELECT hex(randomblob(16)), ?, ?, ?, value, key FROM json_each(?)`,
      ...[team.teamId, emma.id, people[1], JSON.stringify(bodies)],
    );
    const { d1, asked } = watch();
    for (const page of [1, 3]) {
      expect(await listRemarks(database(d1), team, kind, { page, size: 30 })).toHaveLength(30);
      // Of each remark shown: its place in the index and its row, those of its check-in, and of two people twice.
      expect(await rowsRead(asked.at(-1)!)).toBeLessThan(30 * (12 + 2 * page));
    }
    expect(asked).toHaveLength(2);
  });

  test.each(["0", "x", "1.5", ""])("on page %j is refused", async (page) => {
    const team = await mintTeam();
    const answer = await call(`/api/v1/${kind}s?page=${page}`, { headers: team.asTeam });
    expect((await expectError(answer, 400, "bad_request")).issues).toMatchObject([{ path: "page" }]);
  });
});

test("a check-in lists what was left on it by whom, oldest first, each kind by itself", async () => {
  const { team, emma } = await mintDay();
  const left = {
    comment: [
      await leave(team, "comment", emma.id, "adam-young", "1"),
      await leave(team, "comment", emma.id, "emma-garrett", "2"),
    ],
    reaction: [await leave(team, "reaction", emma.id, "adam-young", "+1")],
  };
  const { status: shown } = await get<{ status: Record<string, string[]> }>(team, `/statuses/${emma.slug}`);
  expect(shown.comment_ids!.toSorted()).toEqual(ids(left.comment).toSorted());
  expect(shown.reaction_ids).toEqual(ids(left.reaction));
});
