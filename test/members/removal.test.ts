import { beforeEach, describe, expect, test } from "vitest";
import { expectError } from "../support/error.ts";
import {
  ADAM,
  addMember,
  getMember,
  listMemberNames,
  postMember,
  removeMember,
  requestMember,
} from "../support/members.ts";
import { mintPerson, mintTeam, type Team } from "../support/team.ts";

let team: Team;
beforeEach(async () => {
  team = await mintTeam({ timeZone: "America/New_York" });
});

describe("removing a member", () => {
  test("The first request answers 204, and later ones 410 by every reference", async () => {
    const adam = await addMember(team, ADAM);
    await mintPerson(team, { name: "Grace Pearson" });
    await removeMember(team, "adam-young");
    expect(await listMemberNames(team)).toEqual(["Grace Pearson"]);
    for (const reference of [adam.id, adam.user.id, "adam-young", "adam@x.test"]) {
      for (const [method, body] of [["GET"], ["DELETE"], ["PATCH", { role: "active" }]] as const) {
        await expectError(await requestMember(team, reference, method, body), 410, "gone");
      }
    }
    await expectError(await requestMember(team, "nobody", "DELETE"), 404, "not_found");
  });

  test("A member is removed from one team only", async () => {
    const adam = await addMember(team, ADAM);
    const sibling = await mintTeam({ accountId: team.accountId });
    const there = await addMember(sibling, ADAM);
    await removeMember(team, adam.id);
    expect((await getMember(sibling, there.id)).user.full_name).toBe("Adam Young");
    // The person was never on the team of another account.
    await expectError(await requestMember(await mintTeam(), adam.id), 404, "not_found");
  });

  test("A removed member who is added again has the same id, name and username", async () => {
    const adam = await addMember(team, { ...ADAM, manager: true, username: "AY" });
    await removeMember(team, adam.id);
    const back = await addMember(team, { ...ADAM, role: "observer" });
    expect(back).toEqual({ ...adam, role: "observer", manager: false, team_lead: false });
    expect(await listMemberNames(team)).toEqual(["Adam Young"]);
    await removeMember(team, adam.id);
    expect(await addMember(team, { ...ADAM, username: "ay", manager: true })).toEqual({ ...adam, username: "ay" });
  });

  test("The username of a removed member stays taken", async () => {
    const adam = await addMember(team, { ...ADAM, username: "AY" });
    await removeMember(team, adam.id);
    await expectError(await postMember(team, { email: "a@y.test", name: "Ann Yu", username: "ay" }), 409, "conflict");
  });
});
