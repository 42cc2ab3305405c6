import { expect, test } from "vitest";
import { firstChange } from "../checkins/live.ts";
import { blocks, clock, presence, push, read, stopTheClock } from "../presence/client.ts";
import { expectError } from "../support/error.ts";
import { addMember, changeMember, listMemberNames, removeMember } from "../support/members.ts";
import { call, mintTeam, type Team } from "../support/team.ts";

stopTheClock();

const ADA = { email: "ada@x.test", name: "Ada" };
const shown = async (team: Team) => Object.keys(await presence(team)).sort();
const listed = async (team: Team) =>
  (await read<{ data: { name: string }[] }>(team, "/people")).data.map(({ name }) => name);

test("somebody removed is on no list, whatever tools go on saying, and what they did is kept", async () => {
  const team = await mintTeam();
  await push(team, { "ada@x.test": "online", bob: "online" });
  const people = await listed(team);
  expect(people).toEqual(["ada@x.test", "bob"]);
  await removeMember(team, "ada@x.test");
  expect([await shown(team), await listed(team), await listMemberNames(team)]).toEqual([["bob"], ["bob"], ["bob"]]);
  clock(5);
  await push(team, { "ada@x.test": "coding", bob: "online" });
  expect([await shown(team), await listed(team), await listMemberNames(team)]).toEqual([["bob"], ["bob"], ["bob"]]);
  await expectError(await call("/api/v1/people/ada@x.test", { headers: team.asTeam }), 404, "not_found");
  await expectError(await call("/api/v1/blocks?person=ada@x.test", { headers: team.asTeam }), 404, "not_found");
  const back = await addMember(team, ADA);
  expect(back.user.full_name).toBe("Ada");
  expect([await shown(team), await listed(team)]).toEqual([
    ["Ada", "bob"],
    ["Ada", "bob"],
  ]);
  const theirs = await blocks(team, { person: "ada@x.test" });
  expect(theirs.map(({ status }) => status)).toEqual(["coding", "online"]);
});

test("a live viewer is told of who left, with the next heartbeat", async () => {
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

test("a new name and zone are in live presence at once", async () => {
  const team = await mintTeam();
  const ada = await addMember(team, ADA);
  await push(team, { "ada@x.test": "online" });
  await changeMember(team, ada.id, { name: "Ada Lovelace", time_zone: "London" });
  expect(await presence(team)).toMatchObject({ "Ada Lovelace": { time_zone: "Europe/London" } });
});

test("somebody removed from one team is still on another of the account", async () => {
  const team = await mintTeam();
  const sibling = await mintTeam({ accountId: team.accountId });
  for (const one of [team, sibling]) await push(one, { "ada@x.test": "online" });
  await removeMember(team, "ada@x.test");
  expect([await shown(team), await shown(sibling)]).toEqual([[], ["ada@x.test"]]);
});
