import { beforeAll, describe, expect, test } from "vitest";
import { mergePeople } from "../../src/people/merges/merge_store.ts";
import { run } from "../support/checkins.ts";
import { db } from "../support/database.ts";
import { expectError } from "../support/error.ts";
import { addMember, getMember, listMemberNames, listMembers, requestMember } from "../support/members.ts";
import { mintPerson, mintTeam, type Team } from "../support/team.ts";

describe("a member", async () => {
  const team = await mintTeam({ timeZone: "America/New_York" });
  const emma = await mintPerson(team, {
    name: "Emma Garrett",
    email: "emma@x.test",
    timeZone: "America/Los_Angeles",
  });
  await run("UPDATE people SET slug = 'emma-garrett', avatar_url = 'https://x.test/e.png' WHERE id = ?", emma);
  await run("UPDATE members SET username = 'EmmaGarrett' WHERE person_id = ?", emma);
  const { id } = await getMember(team, emma);

  test("A member is shown as Status Hero documents it", async () => {
    expect(await getMember(team, "emma-garrett")).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      slug: "emma-garrett",
      username: "EmmaGarrett",
      role: "active",
      manager: false,
      user: {
        id: emma,
        email: "emma@x.test",
        first_name: "Emma",
        last_name: "Garrett",
        time_zone: "Pacific Time (US & Canada)",
        administrator: false,
        slug: "emma-garrett",
        full_name: "Emma Garrett",
        initials: "eg",
        avatar_url: "https://x.test/e.png",
      },
      team_lead: false,
      absent_dates: [],
    });
  });

  test("A member is found by id, slug and any other reference", async () => {
    for (const reference of [id, "emma-garrett", "emma@x.test", "EmmaGarrett", emma]) {
      expect((await getMember(team, encodeURIComponent(reference))).id, reference).toBe(id);
    }
  });

  test("A member without a time zone has the team's, and a name of one word has no last name", async () => {
    const prince = await mintPerson(team, { name: "Prince" });
    expect((await getMember(team, prince)).user).toMatchObject({
      ...{ time_zone: "Eastern Time (US & Canada)", first_name: "Prince", last_name: "", initials: "p" },
      avatar_url: null,
    });
  });

  test("An imported person is shown with their former id, and found by it", async () => {
    await run("UPDATE people SET former_id = 'e9d25609-6cac-4286-99a7-5d08f29ecd8f' WHERE id = ?", emma);
    const found = await getMember(team, "e9d25609-6cac-4286-99a7-5d08f29ecd8f");
    expect(found).toMatchObject({ id, user: { id: "e9d25609-6cac-4286-99a7-5d08f29ecd8f" } });
  });

  test("A member of another team is not found", async () => {
    const sibling = await mintTeam({ accountId: team.accountId });
    for (const stranger of [sibling, await mintTeam()]) {
      for (const reference of [id, "emma-garrett", "emma@x.test", emma]) {
        await expectError(await requestMember(stranger, reference), 404, "not_found");
      }
    }
  });
});

describe("the list of members", () => {
  let team: Team;

  beforeAll(async () => {
    team = await mintTeam();
    for (const [name, email] of [
      ["Zoë Álvarez", "zoe@x.test"],
      ["adam young", "adam@y.test"],
      ["Bea Young", "bea@x.test"],
      ["Cher", "cher@x.test"],
      ["Ann Zimmer", "ann.z@x.test"],
    ]) {
      await mintPerson(team, { name: name!, email: email! });
    }
    await addMember(team, { email: "mary@x.test", first_name: "Mary Ann", last_name: "Baker" });
  });

  test("Members are ordered by last name, then first name, ignoring case and accents", async () => {
    const all = ["Cher", "Zoë Álvarez", "Mary Ann Baker", "adam young", "Bea Young", "Ann Zimmer"];
    expect(await listMemberNames(team)).toEqual(all);
  });

  test.each([
    ["young", ["adam young", "Bea Young"]],
    ["OUN", ["adam young", "Bea Young"]],
    ["zoe", ["Zoë Álvarez"]],
    ["alvarez", ["Zoë Álvarez"]],
    ["mary ann", ["Mary Ann Baker"]],
    ["@y.test", ["adam young"]],
    ["ann.z@x.test", ["Ann Zimmer"]],
    ["  cher ", ["Cher"]],
    ["nobody", []],
    ["%", []],
  ])("A search for %j finds members whose name or e-mail contains it", async (q, found) => {
    expect(await listMemberNames(team, new URLSearchParams({ q }).toString())).toEqual(found);
  });

  test("Members with the same name are ordered by id", async () => {
    const twins = await mintTeam();
    for (let n = 0; n < 5; n++) await mintPerson(twins, { name: "Jo Twin" });
    const ids = (await listMembers(twins)).map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted());
  });

  test("A page has 30 members, and pages after the last one are empty", async () => {
    const many = await mintTeam();
    for (let n = 0; n < 31; n++) await mintPerson(many, { name: `Jo ${String(n).padStart(2, "0")}` });
    expect(await listMemberNames(many, "page=1")).toHaveLength(30);
    expect(await listMemberNames(many, "page=2")).toEqual(["Jo 30"]);
    expect(await listMemberNames(many, "page=2&q=Jo")).toEqual(["Jo 30"]);
    expect(await listMemberNames(many, "page=3")).toEqual([]);
  });

  test("A merged person is not listed", async () => {
    const merged = await mintTeam();
    const [one, other] = [await mintPerson(merged, { name: "One" }), await mintPerson(merged, { name: "Other" })];
    await mergePeople(db, merged, { fromId: one, intoId: other }, Date.now());
    expect(await listMemberNames(merged)).toEqual(["Other"]);
    expect((await getMember(merged, one)).user.full_name).toBe("Other");
  });
});
