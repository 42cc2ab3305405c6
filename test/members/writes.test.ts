import { beforeEach, describe, expect, test } from "vitest";
import { rows } from "../support/database.ts";
import { expectError } from "../support/error.ts";
import {
  ADAM,
  addMember,
  changeMember,
  getMember,
  listMemberNames,
  mergeMembers,
  postMember,
  removeMember,
  requestMember,
} from "../support/members.ts";
import { reportPeople } from "../support/people.ts";
import { mintPerson, mintStrangers, mintTeam, type Team } from "../support/team.ts";
import { without } from "../support/without.ts";

let team: Team;
beforeEach(async () => {
  team = await mintTeam({ timeZone: "America/New_York" });
});

const sibling = () => mintTeam({ accountId: team.accountId });

describe("creating a member", () => {
  test("A new member is a new person of the account, and active by default", async () => {
    const response = await postMember(team, { ...ADAM, email: " Adam@X.test " });
    expect(response.status).toBe(201);
    const { member: adam } = await response.json<{ member: { id: string } }>();
    expect(response.headers.get("Location")).toBe(`/api/v1/members/${adam.id}`);
    expect(adam).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ...{ slug: "adam-young", username: "adam-young", role: "active", manager: false },
      user: {
        ...{ id: expect.stringMatching(/^usr_\w{16}$/), email: "adam@x.test", first_name: "Adam", last_name: "Young" },
        ...{ time_zone: "Eastern Time (US & Canada)", administrator: false, slug: "adam-young" },
        ...{ full_name: "Adam Young", initials: "ay", avatar_url: null },
      },
      ...{ team_lead: false, absent_dates: [] },
    });
    expect(await getMember(team, adam.id)).toEqual(adam);
  });

  test("All fields can be given", async () => {
    const grace = await addMember(team, {
      ...{ email: "grace@x.test", first_name: "Grace  Mary", last_name: "Pearson", role: "observer", manager: true },
      ...{ username: "GraceP.", location: "San Francisco", time_zone: "Pacific Time (US & Canada)" },
    });
    expect(grace).toMatchObject({
      ...{ slug: "grace-mary-pearson", username: "GraceP.", role: "observer", manager: true },
      user: {
        ...{ first_name: "Grace Mary", last_name: "Pearson", full_name: "Grace Mary Pearson" },
        time_zone: "Pacific Time (US & Canada)",
      },
    });
    const [row] = await rows("SELECT location, time_zone FROM people WHERE id = ?", grace.user.id);
    expect(row).toEqual({ location: "San Francisco", time_zone: "America/Los_Angeles" });
  });

  test("An identifier that equals the e-mail belongs to the new member", async () => {
    const adam = await addMember(team, ADAM);
    await reportPeople(team, { identifier: "adam@x.test", name: "A. Young" });
    expect(await listMemberNames(team)).toEqual(["Adam Young"]);
    expect((await getMember(team, "adam@x.test")).id).toBe(adam.id);
  });

  test("Two members with the same name have different slugs", async () => {
    const [one, other] = [await addMember(team, ADAM), await addMember(team, { ...ADAM, email: "adam@y.test" })];
    expect(one.slug).toBe("adam-young");
    expect(other.slug).toMatch(/^adam-young-\w{6}$/);
  });

  test("A person already on the team is a conflict, also by an identifier that is the e-mail", async () => {
    await addMember(team, ADAM);
    await reportPeople(
      team,
      { identifier: "dev-7", name: "Grace", email: "grace@x.test" },
      { identifier: "hugh@x.test" },
    );
    for (const email of ["adam@x.test", "ADAM@x.test", "grace@x.test", "hugh@x.test"]) {
      const { error } = await expectError(await postMember(team, { email, name: "Somebody Else" }), 409, "conflict");
      expect(error).toBe(`email: ${email.toLowerCase()} is on the team already`);
    }
    expect(await listMemberNames(team)).not.toContain("Somebody Else");
  });

  test("A person of another team keeps their fields, and missing ones are filled in", async () => {
    const adam = await addMember(team, { ...ADAM, time_zone: "London" });
    const sibling = await mintTeam({ accountId: team.accountId });
    const described = { first_name: "Adam", last_name: "B. Young", location: "Boston", time_zone: "Tokyo" };
    const there = await addMember(sibling, { email: ADAM.email, ...described, role: "observer" });
    expect(there).toEqual({ ...adam, id: there.id, role: "observer" });
    expect(there.id).not.toBe(adam.id);
    expect(await getMember(team, adam.id)).toEqual(adam);
    // The location was missing.
    expect(await rows("SELECT location FROM people WHERE id = ?", adam.user.id)).toEqual([{ location: "Boston" }]);
  });

  test("A person whose name is an identifier gets the given name", async () => {
    await reportPeople(await mintTeam({ accountId: team.accountId }), { identifier: ADAM.email });
    expect((await addMember(team, ADAM)).user.full_name).toBe("Adam Young");
  });

  test("A person who is on no team gets all given fields", async () => {
    await removeMember(team, (await addMember(team, { ...ADAM, location: "Boston", time_zone: "London" })).id);
    const sibling = await mintTeam({ accountId: team.accountId });
    const { user } = await addMember(sibling, { ...ADAM, name: "Adam Old", time_zone: "Tokyo", location: null });
    expect(user).toMatchObject({ full_name: "Adam Old", time_zone: "Tokyo" });
    expect(await rows("SELECT location FROM people WHERE id = ?", user.id)).toEqual([{ location: null }]);
  });

  test("The e-mail of a merged person adds the person they were merged into, who keeps having no e-mail", async () => {
    await reportPeople(team, { identifier: "dev-7", name: "John Doe" });
    await addMember(team, { email: "m1@x.test", name: "Em One" });
    await mergeMembers(team, "john-doe", "em-one");
    await removeMember(team, "john-doe");
    const back = await addMember(team, { email: "m1@x.test", name: "Em One" });
    expect(back).toMatchObject({ slug: "john-doe", role: "active", user: { email: null } });
    expect((await getMember(team, "m1@x.test")).id).toBe(back.id);
  });

  test("An address that is the identifier of one person and the e-mail of another is a conflict", async () => {
    const adam = await addMember(team, ADAM);
    await changeMember(team, adam.id, { email: "young@x.test" });
    await mintPerson(team, { name: "Priya", email: "adam@x.test" });
    const { error } = await expectError(await postMember(await sibling(), ADAM), 409, "conflict");
    expect(error).toBe("email: adam@x.test belongs to another person");
  });

  test("The same address in two accounts is two people", async () => {
    const [here, there] = [await addMember(team, ADAM), await addMember(await mintTeam(), ADAM)];
    expect(here.user.id).not.toBe(there.user.id);
  });

  test("Only one of ten requests for one person at the same time succeeds, and the others are conflicts", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => postMember(team, ADAM)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    expect(await listMemberNames(team)).toEqual(["Adam Young"]);
  });

  test.each<[unknown, string]>([
    [{ name: "Adam" }, "email"],
    [{ ...ADAM, email: "adam" }, "email"],
    [{ ...ADAM, email: 7 }, "email"],
    [{ email: "a@x.test" }, "name"],
    [{ email: "a@x.test", name: "  " }, "name"],
    [{ email: "a@x.test", first_name: "Adam" }, "last_name"],
    [{ email: "a@x.test", last_name: "Young" }, "first_name"],
    [{ ...ADAM, first_name: "Adam", last_name: "Young" }, "name"],
    [{ ...ADAM, role: "boss" }, "role"],
    [{ ...ADAM, manager: "yes" }, "manager"],
    [{ ...ADAM, username: "adam young" }, "username"],
    [{ ...ADAM, username: "adam@x.test" }, "username"],
    [{ ...ADAM, location: 7 }, "location"],
    [{ ...ADAM, time_zone: "EST" }, "time_zone"],
    [{ ...ADAM, time_zone: "International Date Line West" }, "time_zone"],
    [{ ...ADAM, administrator: true }, "administrator"],
    [[], ""],
  ])("The answer to the invalid body %j names the field", async (body, path) => {
    const { issues } = await expectError(await postMember(team, body), 400, "bad_request");
    expect(issues!.map((issue) => issue.path)).toEqual([path]);
    expect(await listMemberNames(team)).toEqual([]);
  });
});

describe("changing a member", () => {
  test("Only the given fields change", async () => {
    const before = await addMember(team, { ...ADAM, location: "Boston" });
    const change1 = { role: "observer", manager: true, username: "Adam", time_zone: "London", email: "ay@x.test" };
    const after = { ...before, role: "observer", manager: true, team_lead: true, username: "Adam" };
    expect(await changeMember(team, before.id, change1)).toEqual({
      ...after,
      user: { ...before.user, time_zone: "London", email: "ay@x.test" },
    });
    expect(await changeMember(team, "adam-young", { last_name: "Old" })).toEqual({
      ...after,
      user: {
        ...{ ...before.user, time_zone: "London", email: "ay@x.test" },
        ...{ last_name: "Old", full_name: "Adam Old", initials: "ao" },
      },
    });
    expect(await rows("SELECT location, time_zone FROM people WHERE id = ?", before.user.id)).toEqual([
      { location: "Boston", time_zone: "Europe/London" },
    ]);
    const cleared = await changeMember(team, before.id, { location: null, time_zone: null });
    expect(cleared.user.time_zone).toBe("Eastern Time (US & Canada)");
    expect(await rows("SELECT location, time_zone FROM people WHERE id = ?", before.user.id)).toEqual([
      { location: null, time_zone: null },
    ]);
  });

  test("The e-mail or username of another member is a conflict and changes nothing", async () => {
    await addMember(team, { email: "grace@x.test", name: "Grace", username: "Grace" });
    const adam = await addMember(team, { ...ADAM, username: "Adam" });
    for (const taken of [{ email: "grace@x.test" }, { username: "GRACE" }]) {
      const { error } = await expectError(
        await requestMember(team, adam.id, "PATCH", { ...taken, role: "observer", name: "No" }),
        409,
        "conflict",
      );
      expect(error).toContain("belongs to another person");
    }
    expect(await getMember(team, adam.id)).toEqual(adam);
    expect(await changeMember(team, adam.id, { username: "ADAM", email: "adam@x.test" })).toMatchObject({
      username: "ADAM",
    });
    await expectError(await postMember(team, { email: "h@x.test", name: "Hugh", username: "grace" }), 409, "conflict");
    expect(await listMemberNames(team)).toEqual(["Grace", "Adam Young"]);
  });

  test("An address that is an identifier of another person is a conflict, and one's own identifier is not", async () => {
    const [adam, priya] = [
      await addMember(team, ADAM),
      await addMember(team, { email: "priya@x.test", name: "Priya" }),
    ];
    await changeMember(team, adam.id, { email: "young@x.test" });
    const { error } = await expectError(
      await requestMember(team, priya.id, "PATCH", { email: "adam@x.test" }),
      409,
      "conflict",
    );
    expect(error).toBe("email: adam@x.test belongs to another person");
    expect(await getMember(team, priya.id)).toEqual(priya);
    expect(await changeMember(team, adam.id, { email: "adam@x.test" })).toEqual(adam);
  });

  test("The e-mail of a person merged into the member is a conflict that says so", async () => {
    const [adam, old] = [await addMember(team, ADAM), await addMember(team, { email: "old@x.test", name: "Old Adam" })];
    await mergeMembers(team, adam.id, old.id);
    const { error } = await expectError(
      await requestMember(team, adam.id, "PATCH", { email: "old@x.test" }),
      409,
      "conflict",
    );
    expect(error).toBe("email: old@x.test is Old Adam's, who was merged into this person");
    expect((await getMember(team, "old@x.test")).id).toBe(adam.id);
  });

  test("A role and a username are changed on one team only", async () => {
    const adam = await addMember(team, ADAM);
    const sibling = await mintTeam({ accountId: team.accountId });
    const there = await addMember(sibling, ADAM);
    await changeMember(sibling, there.id, { role: "observer", manager: true, username: "AY" });
    expect(await getMember(team, adam.id)).toEqual(adam);
    for (const stranger of await mintStrangers(team)) {
      await expectError(await requestMember(stranger, adam.id, "PATCH", { role: "observer" }), 404, "not_found");
      await expectError(await requestMember(stranger, adam.id, "DELETE"), 404, "not_found");
    }
    expect(await getMember(team, adam.id)).toEqual(adam);
  });

  test.each<[unknown, string]>([
    [{}, ""],
    [{ role: null }, "role"],
    [{ name: "" }, "name"],
    [{ name: "A", last_name: "B" }, "name"],
    [{ email: null }, "email"],
    [{ time_zone: "Mars/Base" }, "time_zone"],
    [{ slug: "boss" }, "slug"],
  ])("The answer to the invalid change %j names the field", async (body, path) => {
    const adam = await addMember(team, ADAM);
    const { issues } = await expectError(await requestMember(team, adam.id, "PATCH", body), 400, "bad_request");
    expect(issues![0]!.path).toBe(path);
    expect(await getMember(team, adam.id)).toEqual(adam);
  });
});

test("When the database fails, no change of a member is kept", async () => {
  const ada = await mintPerson(team, { name: "Ada" });
  await without("checkins", async () => {
    expect((await requestMember(team, ada, "PATCH", { name: "Grace", role: "active" })).status).toBe(500);
    expect((await postMember(team, ADAM)).status).toBe(500);
  });
  expect(await listMemberNames(team)).toEqual(["Ada"]);
});
