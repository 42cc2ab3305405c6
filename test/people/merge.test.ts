import { describe, expect, test } from "vitest";
import { mergePeople } from "../../src/people/merges/merge_store.ts";
import { findPerson } from "../../src/people/person_store.ts";
import { db, rows } from "../support/database.ts";
import {
  activeMerges,
  directoryVersion,
  expectConflict,
  expectPerson,
  getPerson,
  identifiersOf,
  listNames,
  mergeableRows,
  mintPeople,
  postMerge,
} from "../support/merges.ts";
import { reportPeople } from "../support/people.ts";
import { call, mintTeam } from "../support/team.ts";

describe("POST /people/{id}/merge", () => {
  test("The remaining person gets all identities, and references of the merged person find them", async () => {
    const team = await mintTeam();
    const [emma, emmy] = await mintPeople(team, "Emma", "Emmy");
    const merged = await expectPerson(postMerge(team, emma, "merge", emmy));
    expect(merged).toMatchObject({ id: emma, name: "Emma" });
    expect(identifiersOf(merged)).toEqual(["tool-Emma", "tool-Emmy"]);
    expect(merged.merges).toEqual([
      { id: expect.any(String), from: { id: emmy, name: "Emmy" }, created_at: expect.stringMatching(/Z$/) },
    ]);
    expect(await getPerson(team, emma)).toEqual(merged);
    expect(await listNames(team)).toEqual(["Emma"]);
    for (const reference of [emmy, "emmy@x.test", "tool-Emmy"])
      expect(await getPerson(team, reference)).toEqual(merged);
  });

  test("Any reference names either person", async () => {
    const team = await mintTeam();
    const [emma, emmy] = await mintPeople(team, "Emma", "Emmy");
    const merged = await expectPerson(postMerge(team, "Emma@x.test", "merge", "tool-Emmy"));
    expect([merged.id, merged.merges[0]!.from.id]).toEqual([emma, emmy]);
  });

  test("People merged into the merged person earlier move to the remaining person", async () => {
    const team = await mintTeam();
    const [a, b, c] = await mintPeople(team, "A", "B", "C");
    await expectPerson(postMerge(team, b, "merge", a));
    const merged = await expectPerson(postMerge(team, c, "merge", b));
    expect(identifiersOf(merged)).toEqual(["tool-A", "tool-B", "tool-C"]);
    expect(merged.merges).toMatchObject([{ from: { name: "B" } }]);
    expect((await getPerson(team, a)).id).toBe(c);
    expect(await rows("SELECT DISTINCT merged_into FROM people WHERE id IN (?, ?)", a, b)).toEqual([
      { merged_into: c },
    ]);
  });

  test("If {id} is a merged person, the merge is into the person they were merged into", async () => {
    const team = await mintTeam();
    const [a, b, c] = await mintPeople(team, "A", "B", "C");
    await expectPerson(postMerge(team, b, "merge", a));
    const merged = await expectPerson(postMerge(team, a, "merge", c));
    expect(merged.id).toBe(b);
    expect(merged.merges.map(({ from }) => from.name)).toEqual(["C", "A"]);
  });

  test("The remaining person joins every team of the merged person, in the same role", async () => {
    const team = await mintTeam();
    const second = await mintTeam({ accountId: team.accountId });
    const [emma, emmy] = await mintPeople(team, "Emma", "Emmy");
    await reportPeople(second, { identifier: "tool-Emmy" });
    await rows("UPDATE members SET role = 'active', manager = 1 WHERE team_id = ? RETURNING id", second.teamId);
    await expectPerson(postMerge(team, emma, "merge", emmy));
    expect(await listNames(second)).toEqual(["Emma"]);
    const added = await findPerson(db, second, emmy);
    expect(added).toMatchObject({ id: emma, role: "active", manager: true });
    expect(added!.memberId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("The remaining person does not join a team from which the merged person was removed", async () => {
    const team = await mintTeam();
    const second = await mintTeam({ accountId: team.accountId });
    const [emma, emmy] = await mintPeople(team, "Emma", "Emmy");
    await reportPeople(second, { identifier: "tool-Emmy" });
    await rows("UPDATE members SET removed_at = 1 WHERE team_id = ?", second.teamId);
    const before = await mergeableRows(team);
    await expectPerson(postMerge(team, emma, "merge", emmy));
    await reportPeople(second, { identifier: "tool-Emmy" });
    expect(await listNames(second)).toEqual([]);
    await expectPerson(postMerge(team, emma, "unmerge", emmy));
    expect(await mergeableRows(team)).toEqual(before);
  });

  test("An identifier with the e-mail of the merged person later belongs to the remaining person", async () => {
    const team = await mintTeam();
    const [emma, emmy] = await mintPeople(team, "Emma", "Emmy");
    await expectPerson(postMerge(team, emma, "merge", emmy));
    await reportPeople(team, { identifier: "new-tool", email: "EMMY@x.test" });
    expect(identifiersOf(await getPerson(team, emma))).toEqual(["new-tool", "tool-Emma", "tool-Emmy"]);
  });

  test("Each merge and each undo increments the directory version once", async () => {
    const team = await mintTeam();
    const [a, b] = await mintPeople(team, "A", "B");
    const before = await directoryVersion(team);
    await expectPerson(postMerge(team, a, "merge", b));
    expect(await directoryVersion(team)).toBe(before + 1);
    await expectPerson(postMerge(team, a, "unmerge"));
    expect(await directoryVersion(team)).toBe(before + 2);
  });

  test("A person cannot be merged with themselves, by any reference", async () => {
    const team = await mintTeam();
    const [emma] = await mintPeople(team, "Emma");
    const before = await mergeableRows(team);
    for (const reference of [emma, "emma@x.test", "tool-Emma"])
      expect(await expectConflict(postMerge(team, emma, "merge", reference))).toBe(
        `Emma (${emma}) cannot be merged with themselves`,
      );
    expect(await mergeableRows(team)).toEqual(before);
  });

  test("A merged person cannot be merged again", async () => {
    const team = await mintTeam();
    const [emma, emmy, hugh] = await mintPeople(team, "Emma", "Emmy", "Hugh");
    await expectPerson(postMerge(team, emma, "merge", emmy));
    const before = [await mergeableRows(team), await directoryVersion(team)];
    for (const id of [emma, emmy, hugh])
      expect(await expectConflict(postMerge(team, id, "merge", emmy))).toBe(
        `That person is already merged into Emma (${emma})`,
      );
    expect([await mergeableRows(team), await directoryVersion(team)]).toEqual(before);
    expect(await activeMerges(team)).toHaveLength(1);
  });

  test("Only one of two merges of one person at the same time succeeds, and only one of two in opposite directions", async () => {
    const team = await mintTeam();
    const [a, b, c] = await mintPeople(team, "A", "B", "C");
    const twice = await Promise.all([postMerge(team, b, "merge", a), postMerge(team, c, "merge", a)]);
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await activeMerges(team)).toHaveLength(1);

    const crosswise = await Promise.all([postMerge(team, b, "merge", c), postMerge(team, c, "merge", b)]);
    expect(crosswise.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await activeMerges(team)).toHaveLength(2);
    expect(await listNames(team)).toHaveLength(1);
  });
});

describe("a merge whose people were merged by another request after they were found", () => {
  const expectNoChange = async (
    first: (ids: string[]) => [number, number],
    second: (ids: string[]) => [number, number],
  ) => {
    const team = await mintTeam();
    const ids = await mintPeople(team, "A", "B", "C");
    const merge = ([from, into]: [number, number]) =>
      mergePeople(db, team, { fromId: ids[from]!, intoId: ids[into]! }, Date.now());
    expect(await merge(first(ids))).toBe(true);
    const before = [await mergeableRows(team), await directoryVersion(team)];
    expect(await merge(second(ids))).toBe(false);
    expect([await mergeableRows(team), await directoryVersion(team)]).toEqual(before);
    expect(await activeMerges(team)).toHaveLength(1);
  };

  test("It changes nothing where the same person was merged", () =>
    expectNoChange(
      () => [0, 1],
      () => [0, 2],
    ));
  test("It changes nothing where the remaining person was merged", () =>
    expectNoChange(
      () => [1, 2],
      () => [0, 1],
    ));
  test("It changes nothing where the merge was in the opposite direction", () =>
    expectNoChange(
      () => [0, 1],
      () => [1, 0],
    ));
});

describe.for(["merge", "unmerge"] as const)("POST /people/{id}/%s", (verb) => {
  test("People of another team or account are not found", async () => {
    const team = await mintTeam();
    const [emma] = await mintPeople(team, "Emma");
    const [colleague] = await mintPeople(await mintTeam({ accountId: team.accountId }), "Colleague");
    const [stranger] = await mintPeople(await mintTeam(), "Stranger");
    const refusal = async (id: string, person: string) => {
      const response = await postMerge(team, id, verb, person);
      const { request_id, ...body } = (await response.json()) as Record<string, unknown>;
      expect(request_id).toEqual(expect.any(String));
      return { status: response.status, body };
    };
    const notFound = (error: string) => ({ status: 404, body: { success: false, error, code: "not_found" } });
    for (const absent of [colleague, stranger, "stranger@x.test", "tool-Stranger", "usr_nobody"]) {
      expect(await refusal(absent, emma)).toEqual(notFound("Not found"));
      expect(await refusal(emma, absent)).toEqual(notFound("person: not found"));
    }
  });

  test.for([
    [{ person: "" }, "person"],
    [{ person: 5 }, "person"],
    [{ person: null }, "person"],
    [{ person: ["usr_1"] }, "person"],
    [{ person: "x".repeat(321) }, "person"],
    [{ person: "usr_1", into: "usr_2" }, "into"],
    [[], ""],
    ['{"person": "a", "person": "b"}', "person"],
    ["{", ""],
  ] as const)("The body %j is refused, and the answer names the field", async ([body, path]) => {
    const team = await mintTeam();
    const [emma] = await mintPeople(team, "Emma");
    const response = await call(`/api/v1/people/${emma}/${verb}`, { headers: team.asTeam, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "bad_request", issues: [{ path }] });
  });
});

test("A merge without a body is refused, and the answer names the missing field", async () => {
  const team = await mintTeam();
  const [emma] = await mintPeople(team, "Emma");
  const response = await postMerge(team, emma, "merge");
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: "person: is required", issues: [{ path: "person" }] });
});

test("An integration key cannot merge people", async () => {
  const team = await mintTeam();
  const [a, b] = await mintPeople(team, "A", "B");
  const path = `/api/v1/people/${a}/merge`;
  expect((await call(path, { headers: team.asIntegration, body: { person: b } })).status).toBe(401);
  expect(await listNames(team)).toEqual(["A", "B"]);
});
