import { describe, expect, test } from "vitest";
import { at, blocks, clock, push, ring, stopTheClock } from "../../support/presence.ts";
import { mintTeam, type Team } from "../../support/team.ts";
import { insertPastBlocks } from "../history.ts";

stopTheClock();

const DAY = 24 * 60;

/** A team whose tools have named Ada and Bob. */
async function teamWithPeople(): Promise<Team> {
  const team = await mintTeam();
  await push(team, { ada: "offline", bob: "offline" });
  return team;
}

describe("GET /blocks of a window", () => {
  test.each([
    ["before it", 50, 99, false],
    ["up to its start", 50, 100, false],
    ["across its start", 50, 101, true],
    ["within it", 120, 150, true],
    ["that fills it", 100, 200, true],
    ["longer than it", 50, 250, true],
    ["across its end", 199, 250, true],
    ["that begins at its end", 200, 250, false],
    ["of length 0 at its start", 100, 100, true],
    ["of length 0 within it", 150, 150, true],
    ["of length 0 at its end", 200, 200, false],
    ["over a day long that ends within it", 150 - 1.5 * DAY, 150, true],
    ["over a day long that ends at its start", 100 - 1.5 * DAY, 100, false],
    ["over 37 hours long that ends within it", 150 - 3 * DAY, 150, true],
    ["over 37 hours long that ends after it", 150 - 3 * DAY, 150 + 3 * DAY, true],
    ["over 37 hours long that ends before it", 50 - 3 * DAY, 50, false],
    ["a year long that ends after it", 150 - 365 * DAY, 250, true],
  ])("The window from minute 100 to 200 lists a block %s only if they overlap", async (_, from, to, overlaps) => {
    const team = await teamWithPeople();
    const [id] = await insertPastBlocks(team, [{ who: "ada", from, to }]);
    const window = { from: at(100), to: at(200) };
    const expected = overlaps ? [id] : [];
    for (const params of [window, { ...window, person: "ada" }, { ...window, status: "online", limit: "1" }]) {
      expect((await blocks(team, params)).map((block) => block.id)).toEqual(expected);
    }
    expect(await blocks(team, { ...window, person: "bob" })).toEqual([]);
    expect((await blocks(team, { from: at(100) })).length).toBe(to > 100 || from >= 100 ? 1 : 0);
    expect((await blocks(team, { to: at(200) })).length).toBe(from < 200 ? 1 : 0);
  });

  test("A window lists a block whose end is hours after its last heartbeat", async () => {
    const team = await teamWithPeople();
    // The longest block that is not in the index of long ones: 24 hours of heartbeats, and 12 hours until another status.
    const [id] = await insertPastBlocks(team, [{ who: "ada", from: 150 - 1.5 * DAY, seen: 150 - DAY / 2, to: 150 }]);
    expect((await blocks(team, { from: at(100), to: at(200) })).map((block) => block.id)).toEqual([id]);
  });

  test("A block that is open for days is listed for each of these days and since", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    for (let hours = 0; hours <= 72; hours += 12) {
      clock(hours * 60);
      await push(team, { ada: "online" });
      await ring(team);
    }
    clock(73 * 60);
    for (const day of [0, 1, 2]) {
      expect(await blocks(team, { from: at(day * DAY), to: at((day + 1) * DAY) })).toHaveLength(1);
    }
    expect(await blocks(team, { from: at(73 * 60 - 1), person: "ada" })).toMatchObject([
      { started_at: at(0), ended_at: null, last_seen_at: at(72 * 60) },
    ]);
    expect(await blocks(team, { to: at(0) })).toEqual([]);
  });
});
