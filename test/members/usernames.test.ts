import { beforeEach, describe, expect, test } from "vitest";
import { expectError } from "../support/error.ts";
import {
  ADAM,
  addMember,
  changeMember,
  getMember,
  mergeMembers,
  postMember,
  requestMember,
} from "../support/members.ts";
import { reportPeople } from "../support/people.ts";
import { mintTeam, type Team } from "../support/team.ts";

let team: Team;
beforeEach(async () => {
  team = await mintTeam();
});

describe("a username", () => {
  test("The slug of another member is refused, and the member's own slug is accepted", async () => {
    const [adam, grace] = [await addMember(team, ADAM), await addMember(team, { email: "g@x.test", name: "Grace" })];
    await changeMember(team, grace.id, { username: "GP" });
    for (const username of ["grace", "Grace"]) {
      await expectError(await requestMember(team, adam.id, "PATCH", { username, role: "observer" }), 409, "conflict");
      await expectError(await postMember(team, { email: "h@x.test", name: "Hugh", username }), 409, "conflict");
    }
    expect(await getMember(team, adam.id)).toEqual(adam);
    await expectError(await requestMember(team, "h@x.test"), 404, "not_found");
    expect(await changeMember(team, grace.id, { username: "grace" })).toMatchObject({ username: "grace" });
    expect(await addMember(await mintTeam(), { ...ADAM, username: "grace" })).toMatchObject({ username: "grace" });
  });

  test("The username of a merged person is accepted only for the person they were merged into", async () => {
    const [adam, grace] = [await addMember(team, ADAM), await addMember(team, { email: "g@x.test", name: "Grace" })];
    const old = await addMember(team, { email: "old@x.test", name: "Old", username: "AY" });
    await mergeMembers(team, adam.id, old.id);
    await expectError(await requestMember(team, grace.id, "PATCH", { username: "ay" }), 409, "conflict");
    expect(await changeMember(team, adam.id, { username: "ay" })).toMatchObject({ username: "ay" });
  });

  test("Only one of ten requests for one username at the same time succeeds", async () => {
    const ten = Array.from({ length: 10 }, (_, n) => ({ email: `${n}@x.test`, name: `Person ${n}` }));
    const answers = await Promise.all(ten.map((one) => postMember(team, { ...one, username: "boss" })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    const others = await Promise.all(ten.map((one) => addMember(team, { ...one, email: `other-${one.email}` })));
    const changes = await Promise.all(others.map(({ id }) => requestMember(team, id, "PATCH", { username: "chief" })));
    expect(changes.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
  });

  test("Without a username, it is the slug, with a suffix where another member has it", async () => {
    await addMember(team, { ...ADAM, username: "grace" });
    await changeMember(team, "adam-young", { username: "hugh" });
    expect(await addMember(team, { email: "h@x.test", name: "Hugh" })).toMatchObject({
      slug: "hugh",
      username: expect.stringMatching(/^hugh-[0-9a-f]{6}$/),
    });
    await changeMember(team, "adam-young", { username: "ian" });
    await reportPeople(team, { identifier: "dev-7", name: "Ian" }, { identifier: "dev-8", name: "Jo" });
    expect(await getMember(team, "dev-7")).toMatchObject({
      slug: "ian",
      username: expect.stringMatching(/^ian-\w{6}$/),
    });
    expect(await getMember(team, "dev-8")).toMatchObject({ slug: "jo", username: "jo" });
  });

  test("A merge that adds a member gives them their slug, with a suffix where another member has it", async () => {
    const there = await mintTeam({ accountId: team.accountId });
    await addMember(there, { email: "kim@x.test", name: "Kim" });
    await reportPeople(there, { identifier: "dev-9", name: "Kimberly" });
    await addMember(team, { ...ADAM, username: "kim" });
    await reportPeople(team, { identifier: "dev-9", name: "Kimberly" });
    await changeMember(there, "dev-9", { role: "active" });
    await mergeMembers(there, "kim", "dev-9");
    expect(await getMember(team, "dev-9")).toMatchObject({
      slug: "kim",
      username: expect.stringMatching(/^kim-[0-9a-f]{6}$/),
    });
  });
});
