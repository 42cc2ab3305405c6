import { describe, expect, test } from "vitest";
import { atomically } from "../../src/db/client.ts";
import { findPerson } from "../../src/people/person_store.ts";
import { updatePeopleStatements } from "../../src/people/store.ts";
import { db, rows } from "../support/database.ts";
import { listStoredPeople, reportChanges, reportPeople } from "../support/people.ts";
import { mintPerson, mintTeam } from "../support/team.ts";

describe("a person reported for the first time", () => {
  test("They are a new person and an observer on the team", async () => {
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

  test("They are the person who has the reported e-mail as an identifier, even if it is not their e-mail", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "ida@home.net", name: "Ida", email: "ida@corp.com" });
    await reportPeople(team, { identifier: "ida2", name: "Ida", email: "ida@home.net" });
    expect(await listStoredPeople(team)).toMatchObject([{ name: "Ida", email: "ida@corp.com" }]);
    expect(await findPerson(db, team, "ida2")).toMatchObject({ email: "ida@corp.com" });
  });

  test("Their name is the identifier where the tool reports no name", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "emp_12345" }, { identifier: "山田" });
    expect(await listStoredPeople(team)).toMatchObject([
      { name: "emp_12345", slug: "emp-12345", email: null },
      { name: "山田", slug: "person", email: null },
    ]);
  });

  test("A removed member stays removed, however often tools report them", async () => {
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

  test("They are the person with the same e-mail, ignoring case", async () => {
    const team = await mintTeam();
    const emma = await mintPerson(team, { name: "Emma Garrett", email: "emma@x.test" });
    await reportPeople(team, { identifier: "egarrett", name: "E. G.", email: "EMMA@x.test" });
    expect(await findPerson(db, team, "egarrett")).toMatchObject({ id: emma, name: "Emma Garrett" });
    expect(await listStoredPeople(team)).toHaveLength(1);
  });

  test("They are the person whose e-mail is the identifier, even if the tool reports another e-mail", async () => {
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

  test("The reported e-mail comes before an e-mail that equals the identifier", async () => {
    const team = await mintTeam();
    await mintPerson(team, { name: "Shared mailbox", email: "desk@x.test" });
    const hugh = await mintPerson(team, { name: "Hugh", email: "hugh@x.test" });
    await reportPeople(team, { identifier: "desk@x.test", email: "hugh@x.test" });
    expect(await rows("SELECT person_id FROM identities WHERE account_id = ?", team.accountId)).toEqual([
      { person_id: hugh },
    ]);
  });

  test("An identifier that is an e-mail address becomes their e-mail, so that the next tool finds them", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "Dave@X.test", name: "Dave Taylor" });
    await reportPeople(team, { identifier: "dtaylor", email: "dave@x.test" });
    expect(await listStoredPeople(team)).toMatchObject([{ email: "dave@x.test", identifiers: "Dave@X.test dtaylor" }]);
  });

  test("Several identifiers of one batch with the same e-mail are one person", async () => {
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

  test("People may have the same name but never the same slug", async () => {
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

  test("They are a new person where another account has one with the same identifier, e-mail and name", async () => {
    const [team, other] = [await mintTeam(), await mintTeam()];
    const john = { identifier: "john.doe", name: "John Doe", email: "john@x.test" };
    await reportPeople(other, john);
    await reportPeople(team, john);
    expect(await listStoredPeople(team)).toMatchObject([
      { slug: "john-doe", email: "john@x.test", identifiers: "john.doe" },
    ]);
    expect((await findPerson(db, team, "john.doe"))!.id).not.toBe((await findPerson(db, other, "john.doe"))!.id);
  });

  test("A batch of 1,000 identifiers creates 1,000 people", async () => {
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

describe("a known person", () => {
  test("Reporting them again writes no row", async () => {
    const team = await mintTeam();
    const users = [{ identifier: "a", name: "A", email: "a@x.test" }, { identifier: "b" }];
    const first = await reportPeople(team, ...users);
    // People, identities, the count of the key that created them, and members.
    expect(first.map(({ meta }) => meta.changes)).toEqual([2, 2, 1, 2]);
    const again = await reportPeople(team, ...users);
    expect(again.map(({ meta }) => [meta.changes, meta.rows_written])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  test("They join another team of the account when a tool reports them there, as the same person", async () => {
    const team = await mintTeam();
    const second = await mintTeam({ accountId: team.accountId });
    await reportPeople(team, { identifier: "a", name: "Grace Pearson" });
    expect(await findPerson(db, second, "a")).toBeNull();
    await reportPeople(second, { identifier: "a", name: "Grace Pearson" });
    expect(await listStoredPeople(team)).toHaveLength(1);
    expect(await findPerson(db, second, "a")).toMatchObject({ name: "Grace Pearson", role: "observer" });
  });
});

describe("what tools report of a known person", () => {
  test("It sets the time zone, and a name and an e-mail where there was none", async () => {
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

  test("It never changes an e-mail, nor a name that is not an identifier", async () => {
    const team = await mintTeam();
    await mintPerson(team, { name: "Emma Garrett", email: "emma@x.test", timeZone: "Europe/London" });
    await reportPeople(team, { identifier: "emma", email: "emma@x.test" });
    await reportChanges(team, { identifier: "emma", name: "emma-bot", email: "other@x.test" });
    expect(await listStoredPeople(team)).toMatchObject([
      { name: "Emma Garrett", email: "emma@x.test", time_zone: "Europe/London" },
    ]);
  });

  test("It sets the name of a person whose name was another identifier of theirs", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "a", email: "a@x.test" }, { identifier: "b", email: "a@x.test" });
    await reportChanges(team, { identifier: "b", name: "Adam Young" }, { identifier: "a", timeZone: "UTC" });
    expect(await listStoredPeople(team)).toMatchObject([{ name: "Adam Young", time_zone: "UTC", identifiers: "a b" }]);
  });

  test("It never sets the e-mail of another person, but sets the other fields", async () => {
    const team = await mintTeam();
    await mintPerson(team, { name: "Emma", email: "emma@x.test" });
    await reportPeople(team, { identifier: "z" });
    await reportChanges(team, { identifier: "z", email: "emma@x.test", timeZone: "Asia/Tokyo" });
    expect(await listStoredPeople(team)).toMatchObject([
      { name: "Emma", email: "emma@x.test" },
      { name: "z", email: null, time_zone: "Asia/Tokyo" },
    ]);
  });

  test("Only one of two people with the same new e-mail gets it, and both get their time zones", async () => {
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

  test("It increments the directory version", async () => {
    const team = await mintTeam();
    const version = () => rows("SELECT directory_version AS v FROM accounts WHERE id = ?", team.accountId);
    await reportPeople(team, { identifier: "a" });
    expect(await version()).toEqual([{ v: 1 }]);
    await reportChanges(team, { identifier: "a", timeZone: "UTC" });
    expect(await version()).toEqual([{ v: 2 }]);
  });

  test("It does not change people of another account", async () => {
    const [team, other] = [await mintTeam(), await mintTeam()];
    await reportPeople(other, { identifier: "a" });
    const [identity] = await rows<{ id: string }>("SELECT id FROM identities WHERE account_id = ?", other.accountId);
    const taken = { identityId: identity!.id, name: "Taken over", email: "x@x.test", timeZone: "UTC" };
    await atomically(db, updatePeopleStatements(team, [taken]));
    expect(await listStoredPeople(other)).toMatchObject([{ name: "a", email: null, time_zone: null }]);
  });
});
