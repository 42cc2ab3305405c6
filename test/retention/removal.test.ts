import { afterEach, expect, test } from "vitest";
import { removeExpired } from "../../src/retention/job.ts";
import { db, rows } from "../support/database.ts";
import type { Team } from "../support/team.ts";
import {
  addHistory,
  DAY,
  HOUR,
  mintPeople,
  numbers,
  recount,
  removeAllExpired,
  setRetention,
  storedRows,
} from "./history.ts";

/** With a retention of 30 days, rows are kept from this instant on at NOW. */
const KEPT = Date.parse("2032-03-01T00:00:00Z");
const NOW = KEPT + 30 * DAY + 10 * HOUR;

const teams: Team[] = [];
const mint = async (zones: Record<string, string | null>, days: number | null = 30) => {
  const made = await mintPeople(zones);
  teams.push(made.team);
  await setRetention(made.team, days);
  return made;
};

afterEach(async () => {
  for (const team of teams.splice(0)) await setRetention(team, null);
});

test("Rows older than the retention are removed, their numbers stay, and newer rows do not change", async () => {
  const { team, ids } = await mint({ ada: null });
  await addHistory(
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
  await recount(NOW);
  const before = { numbers: await numbers(team), ...(await storedRows(team)) };
  expect(before.numbers).toEqual({
    [`${ids.ada} 2031-05-06`]: [1, 0, 0],
    [`${ids.ada} 2032-02-29`]: [1, 1, 9 * HOUR],
    [`${ids.ada} 2032-03-01`]: [1, 1, HOUR],
  });
  await removeExpired({ db, now: NOW });
  expect(await numbers(team)).toEqual(before.numbers);
  const after = await storedRows(team);
  expect(after.events).toEqual(before.events.filter((event) => event.occurred_at >= KEPT));
  expect(after.blocks).toEqual(before.blocks.filter((block) => block.started_at >= KEPT));
  await recount(NOW);
  expect(await numbers(team)).toEqual(before.numbers);
});

test("A block past the cutoff is shortened, and an open block stays, even if its last heartbeat is old", async () => {
  const { team, ids } = await mint({ ada: null });
  const [, , withoutHeartbeats] = await addHistory(
    team,
    [],
    [
      { who: "ada", from: KEPT - 2 * HOUR, to: KEPT + 3 * HOUR },
      { who: "ada", from: KEPT - 4 * HOUR, to: null, seen: KEPT + HOUR },
      { who: "ada", from: KEPT - 9 * HOUR, to: null, seen: KEPT - 7 * HOUR },
    ],
  );
  await recount(NOW);
  const expected = { [`${ids.ada} 2032-02-29`]: [0, 0, 6 * HOUR], [`${ids.ada} 2032-03-01`]: [0, 0, 3 * HOUR] };
  expect(await numbers(team)).toEqual(expected);
  await removeExpired({ db, now: NOW });
  expect(await numbers(team)).toEqual(expected);
  expect((await storedRows(team)).blocks.map(({ started_at }) => started_at)).toEqual([KEPT, KEPT, KEPT]);
  // The team's object ends the block with the end that it has.
  await rows("UPDATE blocks SET ended_at = last_seen_at WHERE id = ?", withoutHeartbeats);
  await recount(NOW);
  expect(await numbers(team)).toEqual(expected);
  await removeExpired({ db, now: NOW + DAY });
  await recount(NOW);
  expect(await numbers(team)).toEqual(expected);
  expect((await storedRows(team)).blocks).toEqual([
    expect.objectContaining({ ended_at: null, started_at: KEPT + DAY }),
  ]);
});

test("A local day that the cutoff divides is removed in two parts", async () => {
  const { team, ids } = await mint({ kiri: "Pacific/Kiritimati", niu: "Pacific/Niue" });
  const day = [{ at: KEPT - HOUR }, { at: KEPT + HOUR }];
  const held = { from: KEPT - 2 * HOUR, to: KEPT + 2 * HOUR };
  await addHistory(
    team,
    ["kiri", "niu"].flatMap((who) => day.map((event) => ({ who, ...event }))),
    ["kiri", "niu"].map((who) => ({ who, ...held })),
  );
  await recount(NOW);
  const expected = { [`${ids.kiri} 2032-03-01`]: [2, 2, 4 * HOUR], [`${ids.niu} 2032-02-29`]: [2, 2, 4 * HOUR] };
  for (const now of [NOW, NOW + DAY]) {
    expect(await numbers(team)).toEqual(expected);
    await removeExpired({ db, now });
    expect(await numbers(team)).toEqual(expected);
    await recount(now);
  }
  expect(await numbers(team)).toEqual(expected);
  expect(await storedRows(team)).toEqual({ events: [], blocks: [] });
});

test("The removal leaves no marks, and no live roll-up without rows", async () => {
  const { team, ids } = await mint({ ada: null });
  await addHistory(team, [{ who: "ada", at: KEPT - DAY }], [{ who: "ada", from: KEPT - DAY, to: KEPT - DAY + HOUR }]);
  await addHistory(team, [], [{ who: "ada", from: KEPT - DAY, to: KEPT, status: "lunch" }]);
  await recount(NOW);
  await removeExpired({ db, now: NOW });
  expect(await rows("SELECT * FROM stale_days WHERE team_id = ?", team.teamId)).toEqual([]);
  expect(await rows("SELECT person_id, month, counted, days FROM rollups WHERE team_id = ?", team.teamId)).toEqual([
    { person_id: ids.ada, month: "2032-02", counted: 1, days: `{"29":[1,1,${HOUR}]}` },
  ]);
});

test("Rows that were removed before they were ever counted are counted once", async () => {
  const { team, ids } = await mint({ ada: null });
  await addHistory(team, [{ who: "ada", at: KEPT - DAY }], [{ who: "ada", from: KEPT - DAY, to: KEPT - DAY + HOUR }]);
  await removeExpired({ db, now: NOW });
  expect(await numbers(team)).toEqual({});
  expect(await storedRows(team)).toEqual({ events: [], blocks: [] });
  await recount(NOW);
  expect(await numbers(team)).toEqual({ [`${ids.ada} 2032-02-29`]: [1, 1, HOUR] });
});

test("Blocks without an identity are removed uncounted, and do not delay others", async () => {
  const { team } = await mint({ ada: null });
  await addHistory(
    team,
    [],
    Array.from({ length: 12 }, (_, n) => ({ who: "nobody", from: KEPT - 9 * DAY + n, to: KEPT + n * HOUR })),
  );
  await addHistory(team, [], [{ who: "ada", from: KEPT - DAY, to: KEPT - HOUR }]);
  await removeAllExpired(NOW, { rows: 5, steps: 1 });
  expect((await storedRows(team)).blocks).toEqual([]);
});

test("More blocks than a step may remove, all begun at the same instant, are removed together", async () => {
  const { team, ids } = await mint({ ada: null, bob: null });
  const held = (who: string) => Array.from({ length: 10 }, (_, n) => ({ who, from: KEPT - DAY, to: KEPT + n * HOUR }));
  await addHistory(team, [], [...held("ada"), ...held("bob")]);
  await recount(NOW);
  const before = await numbers(team);
  expect(before).toMatchObject({ [`${ids.bob} 2032-02-29`]: [0, 0, DAY], [`${ids.bob} 2032-03-01`]: [0, 0, 9 * HOUR] });
  await removeAllExpired(NOW, { rows: 3, steps: 2 });
  expect(await numbers(team)).toEqual(before);
  expect((await storedRows(team)).blocks.map(({ started_at }) => started_at)).toEqual(Array(18).fill(KEPT));
});

test("A team without retention loses no row", async () => {
  const { team } = await mint({ ada: null }, null);
  await addHistory(team, [{ who: "ada", at: 0 }], [{ who: "ada", from: 0, to: HOUR }]);
  const before = await storedRows(team);
  await removeExpired({ db, now: NOW });
  expect(await storedRows(team)).toEqual(before);
});

test("Counted numbers stay with the person and the dates for which they were counted", async () => {
  const { team, ids } = await mint({ ada: "Asia/Tokyo", old: "UTC" });
  await addHistory(team, [
    { who: "ada", at: KEPT - HOUR },
    { who: "old", at: KEPT - HOUR },
    { who: "old", at: KEPT + HOUR },
  ]);
  await recount(NOW);
  await removeExpired({ db, now: NOW });
  await rows("UPDATE people SET time_zone = 'America/New_York' WHERE account_id = ?", team.accountId);
  await rows("UPDATE identities SET person_id = ? WHERE person_id = ?", ids.ada, ids.old);
  await rows("UPDATE people SET merged_into = ? WHERE id = ?", ids.ada, ids.old);
  await recount(NOW);
  expect(await numbers(team)).toEqual({
    [`${ids.ada} 2032-02-29`]: [2, 2, 0],
    [`${ids.ada} 2032-03-01`]: [1, 1, 0],
  });
});
