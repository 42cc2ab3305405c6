import { expect, test } from "vitest";
import { firstChange } from "../support/live.ts";
import { blocks, clock, evict, iso, MINUTE, presence, push, read, START, stopTheClock } from "../support/presence.ts";
import { call, mintTeam, type Team } from "../support/team.ts";

stopTheClock();

const classify = (team: Team, classes: Record<string, string | null>) =>
  call("/api/v1/team", { method: "PATCH", headers: team.asTeam, body: { status_classes: classes } });

/** Creates a team where Ada was at lunch for an hour, and Bob in training at the same time. */
async function mintLunch(account: { accountId?: string } = {}): Promise<Team> {
  const team = await mintTeam({ ...account, timeoutMinutes: 60 });
  await push(team, { ada: "Lunch", bob: "training" });
  clock(60);
  await push(team, { ada: "offline", bob: "offline" });
  return team;
}

const hoursOf = async (team: Team, who: string) =>
  (await read<{ hours_worked: number }>(team, `/people/${who}/timeline?date=${iso(START).slice(0, 10)}`)).hours_worked;

const working = async (team: Team) =>
  Object.fromEntries((await blocks(team)).map((block) => [block.status, block.working]));

const shared = async (team: Team) => {
  const window = new URLSearchParams({ from: iso(START), to: iso(START + 90 * MINUTE) });
  return (await read<{ pairs: { hours: number }[] }>(team, `/overlap?${window}`)).pairs.map(({ hours }) => hours);
};

const patterns = async (team: Team) =>
  (await read<{ data: { name: string }[] }>(team, "/patterns?weeks=1")).data.map(({ name }) => name);

test("A new class of a status changes blocks, timelines, overlap and patterns of the past", async () => {
  const team = await mintLunch();
  expect(await working(team)).toEqual({ Lunch: false, training: true });
  expect([await hoursOf(team, "ada"), await hoursOf(team, "bob"), await shared(team)]).toEqual([0, 1, []]);
  expect(await patterns(team)).toEqual(["bob"]);
  await classify(team, { lunch: "working" });
  expect(await working(team)).toEqual({ Lunch: true, training: true });
  expect([await hoursOf(team, "ada"), await hoursOf(team, "bob"), await shared(team)]).toEqual([1, 1, [1]]);
  expect(await patterns(team)).toEqual(["ada", "bob"]);
  await classify(team, { lunch: null, training: "not_working" });
  expect([await hoursOf(team, "ada"), await hoursOf(team, "bob"), await shared(team)]).toEqual([0, 0, []]);
  expect(await patterns(team)).toEqual([]);
});

test("A new class of a status does not change another team", async () => {
  const team = await mintLunch();
  clock(0);
  const [other, sibling] = [await mintLunch(), await mintLunch({ accountId: team.accountId })];
  clock(0);
  await classify(team, { lunch: "working" });
  clock(60);
  expect(await Promise.all([team, other, sibling].map((one) => hoursOf(one, "ada")))).toEqual([1, 0, 0]);
});

test("Live presence uses new classes at once, and after an eviction", async () => {
  const team = await mintTeam();
  await push(team, { ada: "in a meeting", bob: "lunch" });
  await push(team, { ada: "break" }, { source: "other" });
  const statusesShown = async () =>
    Object.fromEntries(Object.entries(await presence(team)).map(([who, one]) => [who, [one.status, one.working]]));
  expect(await statusesShown()).toEqual({ ada: ["in a meeting", true], bob: ["lunch", false] });
  await classify(team, { "in a meeting": "not_working", break: "working", lunch: "working" });
  const reclassified = { ada: ["break", true], bob: ["lunch", true] };
  expect(await statusesShown()).toEqual(reclassified);
  await evict(team);
  expect(await statusesShown()).toEqual(reclassified);
  await classify(team, { "in a meeting": null, break: null, lunch: null });
  expect(await statusesShown()).toEqual({ ada: ["in a meeting", true], bob: ["lunch", false] });
});

test("A live viewer receives people whose status has a new class with the next heartbeat", async () => {
  const team = await mintTeam();
  await push(team, { ada: "lunch", bob: "online" });
  const change = await firstChange(team, async () => {
    await classify(team, { lunch: "working" });
    clock(1);
    await push(team, { bob: "online" });
  });
  expect(change).toMatchObject({ type: "change", data: [{ name: "ada", working: true }], removed: [] });
});

test("Presence shows a new time zone of the team at once", async () => {
  const team = await mintTeam({ timeZone: "Europe/London" });
  await push(team, { ada: "online" });
  expect((await presence(team)).ada!.time_zone).toBe("Europe/London");
  await call("/api/v1/team", { method: "PATCH", headers: team.asTeam, body: { time_zone: "Tokyo" } });
  expect((await presence(team)).ada!.time_zone).toBe("Asia/Tokyo");
});
