import { expect, test } from "vitest";
import { expectError } from "../support/error.ts";
import { firstChange } from "../support/live.ts";
import { addMember, changeMember, listMemberNames, removeMember } from "../support/members.ts";
import { blocks, clock, presence, push, read, stopTheClock } from "../support/presence.ts";
import { call, mintTeam, type Team } from "../support/team.ts";

stopTheClock();

const ADA = { email: "ada@x.test", name: "Ada" };
const presentNames = async (team: Team) => Object.keys(await presence(team)).sort();
const peopleNames = async (team: Team) =>
  (await read<{ data: { name: string }[] }>(team, "/people")).data.map(({ name }) => name);

test("A removed member is on no list, even if tools report them, and their history is kept", async () => {
  const team = await mintTeam();
  await push(team, { "ada@x.test": "online", bob: "online" });
  const people = await peopleNames(team);
  expect(people).toEqual(["ada@x.test", "bob"]);
  await removeMember(team, "ada@x.test");
  expect([await presentNames(team), await peopleNames(team), await listMemberNames(team)]).toEqual([
    ["bob"],
    ["bob"],
    ["bob"],
  ]);
  clock(5);
  await push(team, { "ada@x.test": "coding", bob: "online" });
  expect([await presentNames(team), await peopleNames(team), await listMemberNames(team)]).toEqual([
    ["bob"],
    ["bob"],
    ["bob"],
  ]);
  await expectError(await call("/api/v1/people/ada@x.test", { headers: team.asTeam }), 404, "not_found");
  await expectError(await call("/api/v1/blocks?person=ada@x.test", { headers: team.asTeam }), 404, "not_found");
  const back = await addMember(team, ADA);
  expect(back.user.full_name).toBe("Ada");
  expect([await presentNames(team), await peopleNames(team)]).toEqual([
    ["Ada", "bob"],
    ["Ada", "bob"],
  ]);
  const theirs = await blocks(team, { person: "ada@x.test" });
  expect(theirs.map(({ status }) => status)).toEqual(["coding", "online"]);
});

test("A live viewer receives the removal of a member with the next heartbeat", async () => {
  const team = await mintTeam();
  await push(team, { "ada@x.test": "online", bob: "online" });
  const { person_id: ada } = (await presence(team))["ada@x.test"]!;
  const left = await firstChange(team, async () => {
    await removeMember(team, "ada@x.test");
    clock(1);
    await push(team, { bob: "online" });
  });
  expect(left).toMatchObject({ type: "change", data: [], removed: [ada] });
});

test("Live presence shows a new name and time zone at once", async () => {
  const team = await mintTeam();
  const ada = await addMember(team, ADA);
  await push(team, { "ada@x.test": "online" });
  await changeMember(team, ada.id, { name: "Ada Lovelace", time_zone: "London" });
  expect(await presence(team)).toMatchObject({ "Ada Lovelace": { time_zone: "Europe/London" } });
});

test("A person removed from one team stays on another team of the account", async () => {
  const team = await mintTeam();
  const sibling = await mintTeam({ accountId: team.accountId });
  for (const one of [team, sibling]) await push(one, { "ada@x.test": "online" });
  await removeMember(team, "ada@x.test");
  expect([await presentNames(team), await presentNames(sibling)]).toEqual([[], ["ada@x.test"]]);
});
