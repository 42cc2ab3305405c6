import { describe, expect, test } from "vitest";
import { mergePeople, undoMerge } from "../../src/people/merges/merge_store.ts";
import { db } from "../support/database.ts";
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
  type Person,
  postMerge,
} from "../support/merges.ts";
import { reportPeople } from "../support/people.ts";
import { call, mintTeam } from "../support/team.ts";
import { without } from "../support/without.ts";

describe("POST /people/{id}/unmerge", () => {
  test("It restores the state before the merge, on every team", async () => {
    const team = await mintTeam();
    const second = await mintTeam({ accountId: team.accountId });
    const [a, b, c] = await mintPeople(team, "A", "B", "C");
    await reportPeople(second, { identifier: "tool-A" });
    const apart = await mergeableRows(team);
    await expectPerson(postMerge(team, b, "merge", a));
    const paired = await mergeableRows(team);
    await expectPerson(postMerge(team, c, "merge", b));
    const answer = await expectPerson(postMerge(team, c, "unmerge", b));
    expect(answer).toMatchObject({ id: c, merges: [] });
    expect(await mergeableRows(team)).toEqual(paired);
    expect(await expectPerson(postMerge(team, b, "unmerge"))).toMatchObject({ id: b, name: "B", merges: [] });
    expect(await mergeableRows(team)).toEqual(apart);
    expect(await listNames(team)).toEqual(["A", "B", "C"]);
    expect(await listNames(second)).toEqual(["A"]);
  });

  test("It undoes the newest merge, or that of the named person", async () => {
    const team = await mintTeam();
    const [a, b, c, d] = await mintPeople(team, "A", "B", "C", "D");
    for (const person of [b, c, d]) await expectPerson(postMerge(team, a, "merge", person));
    const names = ({ merges }: Person) => merges.map(({ from }) => from.name);
    expect(names(await expectPerson(postMerge(team, a, "unmerge")))).toEqual(["C", "B"]);
    expect(names(await expectPerson(postMerge(team, a, "unmerge", b)))).toEqual(["C"]);
    expect(names(await expectPerson(postMerge(team, a, "unmerge", "c@x.test")))).toEqual([]);
    expect(await listNames(team)).toEqual(["A", "B", "C", "D"]);
  });

  test("An empty object names no person", async () => {
    const team = await mintTeam();
    const [a, b] = await mintPeople(team, "A", "B");
    await expectPerson(postMerge(team, a, "merge", b));
    await expectPerson(call(`/api/v1/people/${a}/unmerge`, { headers: team.asTeam, body: {} }));
    expect(await listNames(team)).toEqual(["A", "B"]);
  });

  test("Identities that the remaining person got since the merge stay with them", async () => {
    const team = await mintTeam();
    const [emma, emmy] = await mintPeople(team, "Emma", "Emmy");
    await expectPerson(postMerge(team, emma, "merge", emmy));
    await reportPeople(team, { identifier: "new-tool", email: "emmy@x.test" });
    expect(identifiersOf(await expectPerson(postMerge(team, emma, "unmerge")))).toEqual(["new-tool", "tool-Emma"]);
    expect(identifiersOf(await getPerson(team, emmy))).toEqual(["tool-Emmy"]);
  });

  test("It says which later merge must be undone first", async () => {
    const team = await mintTeam();
    const [a, b, c] = await mintPeople(team, "A", "B", "C");
    await expectPerson(postMerge(team, b, "merge", a));
    await expectPerson(postMerge(team, c, "merge", b));
    const before = [await mergeableRows(team), await directoryVersion(team)];
    const text = `The later merge of B (${b}) into C (${c}) must be undone first`;
    expect(await expectConflict(postMerge(team, c, "unmerge", a))).toBe(text);
    expect(await expectConflict(postMerge(team, b, "unmerge", a))).toBe(text);
    expect(await expectConflict(postMerge(team, b, "unmerge"))).toBe(text);
    expect([await mergeableRows(team), await directoryVersion(team)]).toEqual(before);
  });

  test("A merge that added the remaining person to a team cannot be undone before a later merge of a person of that team", async () => {
    const team = await mintTeam();
    const second = await mintTeam({ accountId: team.accountId });
    const [a, b, c] = await mintPeople(team, "A", "B", "C");
    await reportPeople(second, { identifier: "tool-A" }, { identifier: "tool-B" });
    await expectPerson(postMerge(team, c, "merge", a));
    await expectPerson(postMerge(team, c, "merge", b));
    const text = `The later merge of B (${b}) into C (${c}) must be undone first`;
    expect(await expectConflict(postMerge(team, c, "unmerge", a))).toBe(text);
    expect(await listNames(second)).toEqual(["C"]);
    await expectPerson(postMerge(team, c, "unmerge", b));
    await expectPerson(postMerge(team, c, "unmerge", a));
    expect(await listNames(second)).toEqual(["A", "B"]);
  });

  test("It answers with the unmerged person on a team that the remaining person leaves", async () => {
    const team = await mintTeam();
    const second = await mintTeam({ accountId: team.accountId });
    const [a, b] = await mintPeople(team, "A", "B");
    await reportPeople(second, { identifier: "tool-A" });
    await call(`/api/v1/members/${a}`, { method: "PATCH", headers: second.asTeam, body: { role: "active" } });
    await expectPerson(postMerge(team, b, "merge", a));
    expect(await expectPerson(postMerge(second, b, "unmerge"))).toMatchObject({ id: a, name: "A" });
    expect(await listNames(second)).toEqual(["A"]);
    expect(await listNames(team)).toEqual(["A", "B"]);
  });

  test("It is refused where there is no merge to undo", async () => {
    const team = await mintTeam();
    const [a, b, c] = await mintPeople(team, "A", "B", "C");
    expect(await expectConflict(postMerge(team, a, "unmerge"))).toBe(`No person is merged into A (${a})`);
    expect(await expectConflict(postMerge(team, a, "unmerge", b))).toBe(`B (${b}) is not merged into another person`);
    await expectPerson(postMerge(team, a, "merge", b));
    expect(await expectConflict(postMerge(team, c, "unmerge", b))).toBe(
      `That person is merged into A (${a}), not into C (${c})`,
    );
    expect(await expectConflict(postMerge(team, b, "unmerge"))).toBe(
      `That person is merged into A (${a}): undo it there`,
    );
    await expectPerson(postMerge(team, a, "unmerge"));
    expect(await expectConflict(postMerge(team, a, "unmerge"))).toBe(`No person is merged into A (${a})`);
  });

  test("Only one of several requests at the same time undoes the merge", async () => {
    const team = await mintTeam();
    const [a, b] = await mintPeople(team, "A", "B");
    await expectPerson(postMerge(team, a, "merge", b));
    const [merge] = await activeMerges(team);
    const before = await directoryVersion(team);
    const undo = () => undoMerge(db, team, String(merge!.id), Date.now());
    expect((await Promise.all([undo(), undo(), undo()])).filter(Boolean)).toHaveLength(1);
    expect(await directoryVersion(team)).toBe(before + 1);
    await expectPerson(postMerge(team, a, "merge", b));
    const answers = await Promise.all([postMerge(team, a, "unmerge"), postMerge(team, a, "unmerge")]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test("When the database fails, neither a merge nor its undoing changes anything", async () => {
    const team = await mintTeam();
    const [a, b, c] = await mintPeople(team, "A", "B", "C");
    await expectPerson(postMerge(team, a, "merge", b));
    const [merge] = await activeMerges(team);
    await without("merge_moves", async () => {
      const mergeC = mergePeople(db, team, { fromId: c, intoId: a }, Date.now());
      await expect(mergeC).rejects.toThrow("merge_moves");
      await expect(undoMerge(db, team, String(merge!.id), Date.now())).rejects.toThrow("merge_moves");
    });
    expect(await listNames(team)).toEqual(["A", "C"]);
    expect(await activeMerges(team)).toEqual([merge]);
  });

  test("It does not undo a merge of another account", async () => {
    const [team, other] = [await mintTeam(), await mintTeam()];
    const [a, b] = await mintPeople(other, "A", "B");
    await expectPerson(postMerge(other, a, "merge", b));
    const [merge] = await activeMerges(other);
    expect(await undoMerge(db, team, String(merge!.id), Date.now())).toBe(false);
    expect(await activeMerges(other)).toHaveLength(1);
  });

  test("The same people can be merged again, also in the opposite direction", async () => {
    const team = await mintTeam();
    const [a, b] = await mintPeople(team, "A", "B");
    await expectPerson(postMerge(team, a, "merge", b));
    await expectPerson(postMerge(team, a, "unmerge"));
    expect(await expectPerson(postMerge(team, b, "merge", a))).toMatchObject({ id: b, merges: [{ from: { id: a } }] });
    expect(await expectConflict(postMerge(team, a, "unmerge"))).toBe(
      `That person is merged into B (${b}): undo it there`,
    );
  });
});
