import { expect, describe as suite, test } from "vitest";
import { undoMerge } from "../../src/people/merges/merge_store.ts";
import {
  conflict,
  directoryVersion,
  done,
  get,
  identifiers,
  listed,
  mintPeople,
  type Person,
  post,
  standing,
  stored,
} from "../support/merges.ts";
import { db, see } from "../support/people.ts";
import { call, mintTeam } from "../support/team.ts";

suite("POST /people/{id}/unmerge", () => {
  test("makes everything as it was, on every team", async () => {
    const team = await mintTeam();
    const second = await mintTeam({ accountId: team.accountId });
    const [a, b, c] = await mintPeople(team, "A", "B", "C");
    await see(second, { identifier: "tool-A" });
    const apart = await stored(team);
    await done(post(team, b, "merge", a));
    const paired = await stored(team);
    await done(post(team, c, "merge", b));
    const answer = await done(post(team, c, "unmerge", b));
    expect(answer).toMatchObject({ id: c, merges: [] });
    expect(await stored(team)).toEqual(paired);
    expect(await done(post(team, b, "unmerge"))).toMatchObject({ id: b, name: "B", merges: [] });
    expect(await stored(team)).toEqual(apart);
    expect(await listed(team)).toEqual(["A", "B", "C"]);
    expect(await listed(second)).toEqual(["A"]);
  });

  test("undoes the newest merge where nobody is named, and otherwise that of the person named", async () => {
    const team = await mintTeam();
    const [a, b, c, d] = await mintPeople(team, "A", "B", "C", "D");
    for (const person of [b, c, d]) await done(post(team, a, "merge", person));
    const names = ({ merges }: Person) => merges.map(({ from }) => from.name);
    expect(names(await done(post(team, a, "unmerge")))).toEqual(["C", "B"]);
    expect(names(await done(post(team, a, "unmerge", b)))).toEqual(["C"]);
    expect(names(await done(post(team, a, "unmerge", "c@x.test")))).toEqual([]);
    expect(await listed(team)).toEqual(["A", "B", "C", "D"]);
  });

  test("takes an empty object for nobody named", async () => {
    const team = await mintTeam();
    const [a, b] = await mintPeople(team, "A", "B");
    await done(post(team, a, "merge", b));
    await done(call(`/api/v1/people/${a}/unmerge`, { headers: team.asTeam, body: {} }));
    expect(await listed(team)).toEqual(["A", "B"]);
  });

  test("leaves with the successor what came to them in the meantime", async () => {
    const team = await mintTeam();
    const [emma, emmy] = await mintPeople(team, "Emma", "Emmy");
    await done(post(team, emma, "merge", emmy));
    await see(team, { identifier: "new-tool", email: "emmy@x.test" });
    expect(identifiers(await done(post(team, emma, "unmerge")))).toEqual(["new-tool", "tool-Emma"]);
    expect(identifiers(await get(team, emmy))).toEqual(["tool-Emmy"]);
  });

  test("says which later merge must be undone first, wherever it is asked for", async () => {
    const team = await mintTeam();
    const [a, b, c] = await mintPeople(team, "A", "B", "C");
    await done(post(team, b, "merge", a));
    await done(post(team, c, "merge", b));
    const before = [await stored(team), await directoryVersion(team)];
    const text = `The later merge of B (${b}) into C (${c}) must be undone first`;
    expect(await conflict(post(team, c, "unmerge", a))).toBe(text);
    expect(await conflict(post(team, b, "unmerge", a))).toBe(text);
    expect(await conflict(post(team, b, "unmerge"))).toBe(text);
    expect([await stored(team), await directoryVersion(team)]).toEqual(before);
  });

  test("keeps a merge that brought the successor to a team where a later one relies on it", async () => {
    const team = await mintTeam();
    const second = await mintTeam({ accountId: team.accountId });
    const [a, b, c] = await mintPeople(team, "A", "B", "C");
    await see(second, { identifier: "tool-A" }, { identifier: "tool-B" });
    await done(post(team, c, "merge", a));
    await done(post(team, c, "merge", b));
    const text = `The later merge of B (${b}) into C (${c}) must be undone first`;
    expect(await conflict(post(team, c, "unmerge", a))).toBe(text);
    expect(await listed(second)).toEqual(["C"]);
    await done(post(team, c, "unmerge", b));
    await done(post(team, c, "unmerge", a));
    expect(await listed(second)).toEqual(["A", "B"]);
  });

  test("shows the person set free to a team that only the merge had brought the successor to", async () => {
    const team = await mintTeam();
    const second = await mintTeam({ accountId: team.accountId });
    const [a, b] = await mintPeople(team, "A", "B");
    await see(second, { identifier: "tool-A" });
    await done(post(team, b, "merge", a));
    expect(await done(post(second, b, "unmerge"))).toMatchObject({ id: a, name: "A" });
    expect(await listed(second)).toEqual(["A"]);
    expect(await listed(team)).toEqual(["A", "B"]);
  });

  test("has nothing to undo", async () => {
    const team = await mintTeam();
    const [a, b, c] = await mintPeople(team, "A", "B", "C");
    expect(await conflict(post(team, a, "unmerge"))).toBe(`Nobody is merged into A (${a})`);
    expect(await conflict(post(team, a, "unmerge", b))).toBe(`B (${b}) is not merged into anybody`);
    await done(post(team, a, "merge", b));
    expect(await conflict(post(team, c, "unmerge", b))).toBe(`That person is merged into A (${a}), not into C (${c})`);
    expect(await conflict(post(team, b, "unmerge"))).toBe(`That person is merged into A (${a}): undo it there`);
    await done(post(team, a, "unmerge"));
    expect(await conflict(post(team, a, "unmerge"))).toBe(`Nobody is merged into A (${a})`);
  });

  test("undoes a merge once, however often it is asked for at the same time", async () => {
    const team = await mintTeam();
    const [a, b] = await mintPeople(team, "A", "B");
    await done(post(team, a, "merge", b));
    const [merge] = await standing(team);
    const before = await directoryVersion(team);
    const undo = () => undoMerge(db, team, String(merge!.id), Date.now());
    expect((await Promise.all([undo(), undo(), undo()])).filter(Boolean)).toHaveLength(1);
    expect(await directoryVersion(team)).toBe(before + 1);
    await done(post(team, a, "merge", b));
    const answers = await Promise.all([post(team, a, "unmerge"), post(team, a, "unmerge")]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test("does not undo a merge of another account", async () => {
    const [team, other] = [await mintTeam(), await mintTeam()];
    const [a, b] = await mintPeople(other, "A", "B");
    await done(post(other, a, "merge", b));
    const [merge] = await standing(other);
    expect(await undoMerge(db, team, String(merge!.id), Date.now())).toBe(false);
    expect(await standing(other)).toHaveLength(1);
  });

  test("can be merged again afterwards, the other way round too", async () => {
    const team = await mintTeam();
    const [a, b] = await mintPeople(team, "A", "B");
    await done(post(team, a, "merge", b));
    await done(post(team, a, "unmerge"));
    expect(await done(post(team, b, "merge", a))).toMatchObject({ id: b, merges: [{ from: { id: a } }] });
    expect(await conflict(post(team, a, "unmerge"))).toBe(`That person is merged into B (${b}): undo it there`);
  });
});
