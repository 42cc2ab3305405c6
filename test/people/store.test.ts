import { expect, describe as suite, test } from "vitest";
import { atomically } from "../../src/db/client.ts";
import { findPerson } from "../../src/people/person_store.ts";
import { updatePeopleStatements } from "../../src/people/store.ts";
import { db, rows } from "../support/database.ts";
import { listStoredPeople, reportChanges, reportPeople } from "../support/people.ts";
import { mintPerson, mintTeam } from "../support/team.ts";

suite("somebody a tool names for the first time", () => {
  test("is a new person, and an observer on the team", async () => {
    const team = await mintTeam();
    await reportPeople(team, {
      identifier: "john.doe",
      name: "John Doe",
      email: "John@X.test",
      timeZone: "Europe/London",
    });
    expect(await listStoredPeople(team)).toEqual([
      {
        name: "John Doe",
        slug: "john-doe",
        email: "john@x.test",
        time_zone: "Europe/London",
        identifiers: "john.doe",
      },
    ]);
    expect(await findPerson(db, team, "john.doe")).toMatchObject({ role: "observer", manager: false });
  });

  test("is whoever a tool calls by the e-mail that is sent, though it is no address of theirs", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "ida@home.net", name: "Ida", email: "ida@corp.com" });
    await reportPeople(team, { identifier: "ida2", name: "Ida", email: "ida@home.net" });
    expect(await listStoredPeople(team)).toMatchObject([{ name: "Ida", email: "ida@corp.com" }]);
    expect(await findPerson(db, team, "ida2")).toMatchObject({ email: "ida@corp.com" });
  });

  test("is called by the identifier where the tool says no name", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "emp_12345" }, { identifier: "山田" });
    expect(await listStoredPeople(team)).toMatchObject([
      { name: "emp_12345", slug: "emp-12345", email: null },
      { name: "山田", slug: "person", email: null },
    ]);
  });

  test("who was removed from the team stays removed, however often tools name them", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "emp_7" });
    await rows("UPDATE members SET removed_at = 1 WHERE team_id = ?", team.teamId);
    await reportPeople(team, { identifier: "emp_7" }, { identifier: "other" });
    expect(await findPerson(db, team, "emp_7")).toBeNull();
    expect(await listStoredPeople(team)).toMatchObject([{ name: "emp_7" }, { name: "other" }]);
    expect(await rows("SELECT removed_at FROM members WHERE team_id = ? ORDER BY 1", team.teamId)).toEqual([
      { removed_at: null },
      { removed_at: 1 },
    ]);
  });

  test("is the person with the same e-mail, whatever its case", async () => {
    const team = await mintTeam();
    const emma = await mintPerson(team, { name: "Emma Garrett", email: "emma@x.test" });
    await reportPeople(team, { identifier: "egarrett", name: "E. G.", email: "EMMA@x.test" });
    expect(await findPerson(db, team, "egarrett")).toMatchObject({ id: emma, name: "Emma Garrett" });
    expect(await listStoredPeople(team)).toHaveLength(1);
  });

  test("is the person whose e-mail the identifier is, even if the tool says another e-mail", async () => {
    const team = await mintTeam();
    const emma = await mintPerson(team, { name: "Emma", email: "emma@x.test" });
    const hugh = await mintPerson(team, { name: "Hugh", email: "hugh@x.test" });
    await reportPeople(team, { identifier: "Emma@x.test" }, { identifier: "HUGH@x.test", email: "h.oliver@x.test" });
    const found = await rows("SELECT identifier, person_id FROM identities WHERE account_id = ?", team.accountId);
    expect(found).toEqual([
      { identifier: "Emma@x.test", person_id: emma },
      { identifier: "HUGH@x.test", person_id: hugh },
    ]);
  });

  test("is the person with the e-mail said rather than the one whose e-mail the identifier is", async () => {
    const team = await mintTeam();
    await mintPerson(team, { name: "Shared mailbox", email: "desk@x.test" });
    const hugh = await mintPerson(team, { name: "Hugh", email: "hugh@x.test" });
    await reportPeople(team, { identifier: "desk@x.test", email: "hugh@x.test" });
    expect(await rows("SELECT person_id FROM identities WHERE account_id = ?", team.accountId)).toEqual([
      { person_id: hugh },
    ]);
  });

  test("has the identifier as e-mail where it is one, so that the next tool's name for them links", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "Dave@X.test", name: "Dave Taylor" });
    await reportPeople(team, { identifier: "dtaylor", email: "dave@x.test" });
    expect(await listStoredPeople(team)).toMatchObject([{ email: "dave@x.test", identifiers: "Dave@X.test dtaylor" }]);
  });

  test("is one person with somebody else of the same batch and e-mail", async () => {
    const team = await mintTeam();
    await reportPeople(
      team,
      { identifier: "a", name: "Irene Shaw", email: "irene@x.test" },
      { identifier: "b", name: "irene", email: "Irene@x.test" },
      { identifier: "IRENE@x.test" },
    );
    expect(await listStoredPeople(team)).toMatchObject([{ name: "Irene Shaw", identifiers: "IRENE@x.test a b" }]);
    expect(await rows("SELECT id FROM members WHERE team_id = ?", team.teamId)).toHaveLength(1);
  });

  test("shares a name with others, but never a slug", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "a", name: "Adam Young" }, { identifier: "b", name: "adam young" });
    await reportPeople(team, { identifier: "c", name: "Ádam Young" });
    const slugs = (await listStoredPeople(team)).map(({ slug }) => slug);
    expect(slugs[0]).toBe("adam-young");
    expect(slugs.slice(1)).toEqual([
      expect.stringMatching(/^adam-young-\w{6}$/),
      expect.stringMatching(/^adam-young-\w{6}$/),
    ]);
    expect(new Set(slugs).size).toBe(3);
  });

  test("is nobody of another account, though identifier, e-mail and name are the same", async () => {
    const [team, other] = [await mintTeam(), await mintTeam()];
    const john = { identifier: "john.doe", name: "John Doe", email: "john@x.test" };
    await reportPeople(other, john);
    await reportPeople(team, john);
    expect(await listStoredPeople(team)).toMatchObject([
      { slug: "john-doe", email: "john@x.test", identifiers: "john.doe" },
    ]);
    expect((await findPerson(db, team, "john.doe"))!.id).not.toBe((await findPerson(db, other, "john.doe"))!.id);
  });

  test("of a batch of 1,000 is one of a thousand people", async () => {
    const team = await mintTeam();
    await reportPeople(
      team,
      ...Array.from({ length: 1_000 }, (_, n) => ({ identifier: `user-${n}`, name: "Same Name" })),
    );
    const people = await listStoredPeople(team);
    expect(people).toHaveLength(1_000);
    expect(new Set(people.map(({ slug }) => slug)).size).toBe(1_000);
  });
});

suite("somebody known", () => {
  test("writes no row when named again", async () => {
    const team = await mintTeam();
    const users = [{ identifier: "a", name: "A", email: "a@x.test" }, { identifier: "b" }];
    const first = await reportPeople(team, ...users);
    expect(first.map(({ meta }) => meta.changes)).toEqual([2, 2, 2]);
    const again = await reportPeople(team, ...users);
    expect(again.map(({ meta }) => [meta.changes, meta.rows_written])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  test("joins the next team of the account where a tool names them, as the same person", async () => {
    const team = await mintTeam();
    const second = await mintTeam({ accountId: team.accountId });
    await reportPeople(team, { identifier: "a", name: "Grace Pearson" });
    expect(await findPerson(db, second, "a")).toBeNull();
    await reportPeople(second, { identifier: "a", name: "Grace Pearson" });
    expect(await listStoredPeople(team)).toHaveLength(1);
    expect(await findPerson(db, second, "a")).toMatchObject({ name: "Grace Pearson", role: "observer" });
  });
});

suite("what tools say of somebody known", () => {
  test("sets the zone, and a name and an e-mail where there was none", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "jane.smith" });
    await reportChanges(team, {
      identifier: "jane.smith",
      name: "Jane Smith",
      email: "Jane@X.test",
      timeZone: "Europe/Madrid",
    });
    expect(await listStoredPeople(team)).toMatchObject([
      { name: "Jane Smith", email: "jane@x.test", time_zone: "Europe/Madrid" },
    ]);
  });

  test("never renames somebody whose name is more than an identifier, nor changes their e-mail", async () => {
    const team = await mintTeam();
    await mintPerson(team, { name: "Emma Garrett", email: "emma@x.test", timeZone: "Europe/London" });
    await reportPeople(team, { identifier: "emma", email: "emma@x.test" });
    await reportChanges(team, { identifier: "emma", name: "emma-bot", email: "other@x.test" });
    expect(await listStoredPeople(team)).toMatchObject([
      { name: "Emma Garrett", email: "emma@x.test", time_zone: "Europe/London" },
    ]);
  });

  test("names a person who was called by another of their identifiers", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "a", email: "a@x.test" }, { identifier: "b", email: "a@x.test" });
    await reportChanges(team, { identifier: "b", name: "Adam Young" }, { identifier: "a", timeZone: "UTC" });
    expect(await listStoredPeople(team)).toMatchObject([{ name: "Adam Young", time_zone: "UTC", identifiers: "a b" }]);
  });

  test("never takes somebody else's e-mail, and keeps what else was said", async () => {
    const team = await mintTeam();
    await mintPerson(team, { name: "Emma", email: "emma@x.test" });
    await reportPeople(team, { identifier: "z" });
    await reportChanges(team, { identifier: "z", email: "emma@x.test", timeZone: "Asia/Tokyo" });
    expect(await listStoredPeople(team)).toMatchObject([
      { name: "Emma", email: "emma@x.test" },
      { name: "z", email: null, time_zone: "Asia/Tokyo" },
    ]);
  });

  test("of two people with one new e-mail gives it to one of them, and both their zones", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "a" }, { identifier: "b" });
    await reportChanges(
      team,
      { identifier: "a", email: "same@x.test", timeZone: "Asia/Tokyo" },
      { identifier: "b", email: "same@x.test", timeZone: "Europe/Paris" },
    );
    const people = await listStoredPeople(team);
    expect(people).toMatchObject([{ time_zone: "Asia/Tokyo" }, { time_zone: "Europe/Paris" }]);
    expect(people.map(({ email }) => email).sort()).toEqual([null, "same@x.test"].sort());
  });

  test("tells the account's objects to read the directory again", async () => {
    const team = await mintTeam();
    const version = () => rows("SELECT directory_version AS v FROM accounts WHERE id = ?", team.accountId);
    await reportPeople(team, { identifier: "a" });
    expect(await version()).toEqual([{ v: 1 }]);
    await reportChanges(team, { identifier: "a", timeZone: "UTC" });
    expect(await version()).toEqual([{ v: 2 }]);
  });

  test("does not reach people of another account", async () => {
    const [team, other] = [await mintTeam(), await mintTeam()];
    await reportPeople(other, { identifier: "a" });
    const [identity] = await rows<{ id: string }>("SELECT id FROM identities WHERE account_id = ?", other.accountId);
    const taken = { identityId: identity!.id, name: "Taken over", email: "x@x.test", timeZone: "UTC" };
    await atomically(db, updatePeopleStatements(team, [taken]));
    expect(await listStoredPeople(other)).toMatchObject([{ name: "a", email: null, time_zone: null }]);
  });
});
