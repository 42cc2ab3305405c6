import { afterEach, expect, test } from "vitest";
import { archiveExpired } from "../../src/retention/job.ts";
import { db, rows } from "../people/sightings.ts";
import type { Team } from "../support/team.ts";
import { archiveAll, DAY, HOUR, keep, mintPeople, numbers, remember, settle, stored } from "./history.ts";

/** Teams keep 30 days here, and so from this instant on at 10:00 of the 31st. */
const KEPT = Date.parse("2032-03-01T00:00:00Z");
const NOW = KEPT + 30 * DAY + 10 * HOUR;

const teams: Team[] = [];
const mint = async (zones: Record<string, string | null>, days: number | null = 30) => {
  const made = await mintPeople(zones);
  teams.push(made.team);
  await keep(made.team, days);
  return made;
};

afterEach(async () => {
  for (const team of teams.splice(0)) await keep(team, null);
});

test("what is older than the team keeps goes, what it came to stays, and what is younger is not touched", async () => {
  const { team, ids } = await mint({ ada: null });
  await remember(
    team,
    [
      { who: "ada", at: KEPT - 1 },
      { who: "ada", at: KEPT - 300 * DAY, completed: false },
      { who: "ada", at: KEPT },
    ],
    [
      { who: "ada", from: KEPT - 9 * HOUR, to: KEPT - HOUR },
      { who: "ada", from: KEPT - 5 * HOUR, to: KEPT },
      { who: "ada", from: KEPT, to: KEPT + HOUR },
    ],
  );
  await settle(NOW);
  const before = { numbers: await numbers(team), ...(await stored(team)) };
  expect(before.numbers).toEqual({
    [`${ids.ada} 2031-05-06`]: [1, 0, 0],
    [`${ids.ada} 2032-02-29`]: [1, 1, 9 * HOUR],
    [`${ids.ada} 2032-03-01`]: [1, 1, HOUR],
  });
  await archiveExpired(db, NOW);
  expect(await numbers(team)).toEqual(before.numbers);
  const after = await stored(team);
  expect(after.events).toEqual(before.events.filter((event) => event.occurred_at >= KEPT));
  expect(after.blocks).toEqual(before.blocks.filter((block) => block.started_at >= KEPT));
  await settle(NOW);
  expect(await numbers(team)).toEqual(before.numbers);
});

test("a block that goes on beyond is cut, and an open one, whenever it was last seen, stays to be written to", async () => {
  const { team, ids } = await mint({ ada: null });
  const [, , silent] = await remember(
    team,
    [],
    [
      { who: "ada", from: KEPT - 2 * HOUR, to: KEPT + 3 * HOUR },
      { who: "ada", from: KEPT - 4 * HOUR, to: null, seen: KEPT + HOUR },
      { who: "ada", from: KEPT - 9 * HOUR, to: null, seen: KEPT - 7 * HOUR },
    ],
  );
  await settle(NOW);
  const expected = { [`${ids.ada} 2032-02-29`]: [0, 0, 6 * HOUR], [`${ids.ada} 2032-03-01`]: [0, 0, 3 * HOUR] };
  expect(await numbers(team)).toEqual(expected);
  await archiveExpired(db, NOW);
  expect(await numbers(team)).toEqual(expected);
  expect((await stored(team)).blocks.map(({ started_at }) => started_at)).toEqual([KEPT, KEPT, KEPT]);
  // The team's object ends it after all, in its own words.
  await rows("UPDATE blocks SET ended_at = last_seen_at WHERE id = ?", silent);
  await settle(NOW);
  expect(await numbers(team)).toEqual(expected);
  await archiveExpired(db, NOW + DAY);
  await settle(NOW);
  expect(await numbers(team)).toEqual(expected);
  expect((await stored(team)).blocks).toEqual([expect.objectContaining({ ended_at: null, started_at: KEPT + DAY })]);
});

test("a local day is archived in two parts where the team's day ends within it", async () => {
  const { team, ids } = await mint({ kiri: "Pacific/Kiritimati", niu: "Pacific/Niue" });
  const day = [{ at: KEPT - HOUR }, { at: KEPT + HOUR }];
  const held = { from: KEPT - 2 * HOUR, to: KEPT + 2 * HOUR };
  await remember(
    team,
    ["kiri", "niu"].flatMap((who) => day.map((event) => ({ who, ...event }))),
    ["kiri", "niu"].map((who) => ({ who, ...held })),
  );
  await settle(NOW);
  const expected = { [`${ids.kiri} 2032-03-01`]: [2, 2, 4 * HOUR], [`${ids.niu} 2032-02-29`]: [2, 2, 4 * HOUR] };
  for (const now of [NOW, NOW + DAY]) {
    expect(await numbers(team)).toEqual(expected);
    await archiveExpired(db, now);
    expect(await numbers(team)).toEqual(expected);
    await settle(now);
  }
  expect(await numbers(team)).toEqual(expected);
  expect(await stored(team)).toEqual({ events: [], blocks: [] });
});

test("nothing is left to count anew, and nothing of the live roll-ups but what is still there", async () => {
  const { team, ids } = await mint({ ada: null });
  await remember(team, [{ who: "ada", at: KEPT - DAY }], [{ who: "ada", from: KEPT - DAY, to: KEPT - DAY + HOUR }]);
  await remember(team, [], [{ who: "ada", from: KEPT - DAY, to: KEPT, status: "lunch" }]);
  await settle(NOW);
  await archiveExpired(db, NOW);
  expect(await rows("SELECT * FROM stale_days WHERE team_id = ?", team.teamId)).toEqual([]);
  expect(await rows("SELECT person_id, month, archived, days FROM rollups WHERE team_id = ?", team.teamId)).toEqual([
    { person_id: ids.ada, month: "2032-02", archived: 1, days: `{"29":[1,1,${HOUR}]}` },
  ]);
});

test("what was never counted yet is counted in the end, once", async () => {
  const { team, ids } = await mint({ ada: null });
  await remember(team, [{ who: "ada", at: KEPT - DAY }], [{ who: "ada", from: KEPT - DAY, to: KEPT - DAY + HOUR }]);
  await archiveExpired(db, NOW);
  expect(await numbers(team)).toEqual({});
  expect(await stored(team)).toEqual({ events: [], blocks: [] });
  await settle(NOW);
  expect(await numbers(team)).toEqual({ [`${ids.ada} 2032-02-29`]: [1, 1, HOUR] });
});

test("blocks of nobody go uncounted, and do not hold up those of others", async () => {
  const { team } = await mint({ ada: null });
  await remember(
    team,
    [],
    Array.from({ length: 12 }, (_, n) => ({ who: "nobody", from: KEPT - 9 * DAY + n, to: KEPT + n * HOUR })),
  );
  await remember(team, [], [{ who: "ada", from: KEPT - DAY, to: KEPT - HOUR }]);
  await archiveAll(NOW, { rows: 5, steps: 1 });
  expect((await stored(team)).blocks).toEqual([]);
});

test("more blocks than fit a step, all begun at once, go together", async () => {
  const { team, ids } = await mint({ ada: null, bob: null });
  const held = (who: string) => Array.from({ length: 10 }, (_, n) => ({ who, from: KEPT - DAY, to: KEPT + n * HOUR }));
  await remember(team, [], [...held("ada"), ...held("bob")]);
  await settle(NOW);
  const before = await numbers(team);
  expect(before).toMatchObject({ [`${ids.bob} 2032-02-29`]: [0, 0, DAY], [`${ids.bob} 2032-03-01`]: [0, 0, 9 * HOUR] });
  await archiveAll(NOW, { rows: 3, steps: 2 });
  expect(await numbers(team)).toEqual(before);
  expect((await stored(team)).blocks.map(({ started_at }) => started_at)).toEqual(Array(18).fill(KEPT));
});

test("a team that keeps everything loses nothing", async () => {
  const { team } = await mint({ ada: null }, null);
  await remember(team, [{ who: "ada", at: 0 }], [{ who: "ada", from: 0, to: HOUR }]);
  const before = await stored(team);
  await archiveExpired(db, NOW);
  expect(await stored(team)).toEqual(before);
});

test("what is archived stays with whom, and on the dates, it was counted for", async () => {
  const { team, ids } = await mint({ ada: "Asia/Tokyo", old: "UTC" });
  await remember(team, [
    { who: "ada", at: KEPT - HOUR },
    { who: "old", at: KEPT - HOUR },
    { who: "old", at: KEPT + HOUR },
  ]);
  await settle(NOW);
  await archiveExpired(db, NOW);
  await rows("UPDATE people SET time_zone = 'America/New_York' WHERE account_id = ?", team.accountId);
  await rows("UPDATE identities SET person_id = ? WHERE person_id = ?", ids.ada, ids.old);
  await rows("UPDATE people SET merged_into = ? WHERE id = ?", ids.ada, ids.old);
  await settle(NOW);
  expect(await numbers(team)).toEqual({
    [`${ids.ada} 2032-02-29`]: [2, 2, 0],
    [`${ids.ada} 2032-03-01`]: [1, 1, 0],
  });
});
