import { env } from "cloudflare:workers";
import { afterEach, expect, test } from "vitest";
import { database } from "../../src/db/client.ts";
import { mergePeople } from "../../src/people/merges/merge_store.ts";
import { archiveExpired } from "../../src/retention/job.ts";
import { refreshPerson } from "../../src/statistics/snapshot_store.ts";
import { db, rows } from "../people/sightings.ts";
import type { Team } from "../support/team.ts";
import { without } from "../support/without.ts";
import { archiveAll, DAY, HOUR, keep, mintPeople, numbers, remember, settle, stored } from "./history.ts";

const KEPT = Date.parse("2032-03-01T00:00:00Z");
const NOW = KEPT + 30 * DAY + 10 * HOUR;

let team: Team;
let ids: Record<string, string>;
let rowIds: string[];

async function begin(): Promise<void> {
  ({ team, ids } = await mintPeople({ ada: null, bob: null }));
  await keep(team, 30);
  rowIds = await remember(
    team,
    [
      { who: "ada", at: KEPT - DAY },
      { who: "ada", at: KEPT - HOUR },
    ],
    [
      { who: "ada", from: KEPT - 3 * HOUR, to: KEPT - HOUR },
      { who: "ada", from: KEPT - 2 * HOUR, to: null, seen: KEPT + HOUR },
      { who: "ada", from: NOW - HOUR, to: NOW },
      { who: "ada", from: KEPT - 9 * HOUR, to: null, seen: KEPT - 7 * HOUR },
    ],
  );
  await settle(NOW);
}

afterEach(() => keep(team, null));

/** The suite's D1, which does `first` right before its next batch: after what was read for it. */
function beforeNextBatch(first: () => Promise<unknown>) {
  let isDone = false;
  return database(
    new Proxy(env.DB, {
      get(target, name) {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== "function") return member;
        if (name !== "batch") return member.bind(target);
        return async (...args: [D1PreparedStatement[]]) => {
          if (!isDone) await first();
          isDone = true;
          return target.batch(...args);
        };
      },
    }),
  );
}

const CHANGES: Record<string, [part: "events" | "blocks", change: () => Promise<unknown>]> = {
  "an event says otherwise now": ["events", () => rows("UPDATE events SET completed = 0 WHERE id = ?", rowIds[0])],
  "an event moves to a time that is kept": [
    "events",
    () => rows("UPDATE events SET occurred_at = ? WHERE id = ?", KEPT + HOUR, rowIds[0]),
  ],
  "an event is removed": ["events", () => rows("DELETE FROM events WHERE id = ?", rowIds[0])],
  "events become another's by a merge": [
    "events",
    () => mergePeople(db, team, { fromId: ids.ada!, intoId: ids.bob! }, NOW),
  ],
  "blocks become another's by a merge": [
    "blocks",
    () => mergePeople(db, team, { fromId: ids.ada!, intoId: ids.bob! }, NOW),
  ],
  "a block ends earlier than it was open": [
    "blocks",
    () => rows("UPDATE blocks SET last_seen_at = ?1, ended_at = ?1 WHERE id = ?2", KEPT - HOUR, rowIds[3]),
  ],
  "a block long silent ends": [
    "blocks",
    () => rows("UPDATE blocks SET ended_at = last_seen_at WHERE id = ?", rowIds[5]),
  ],
  "one more block comes": [
    "blocks",
    () => remember(team, [], [{ who: "ada", from: KEPT - 9 * HOUR, to: KEPT - 8 * HOUR }]),
  ],
};

test.each(Object.entries(CHANGES))(
  "where %s meanwhile, nothing is done, and the next run counts right",
  async (_, [part, change]) => {
    await begin();
    // The two kinds of step follow one another: the other one's rows are out of the way.
    await rows(
      part === "events" ? "DELETE FROM blocks WHERE team_id = ?" : "DELETE FROM events WHERE team_id = ?",
      team.teamId,
    );
    await settle(NOW);
    let changed: unknown;
    await archiveExpired(
      beforeNextBatch(async () => {
        await change();
        changed = await stored(team);
      }),
      NOW,
    );
    expect(await stored(team)).toEqual(changed);
    expect(await rows("SELECT * FROM rollups WHERE team_id = ? AND archived = 1", team.teamId)).toEqual([]);
    await settle(NOW);
    const expected = await numbers(team);
    await archiveAll(NOW);
    expect((await stored(team))[part]).not.toEqual((changed as Awaited<ReturnType<typeof stored>>)[part]);
    expect(await numbers(team)).toEqual(expected);
    await settle(NOW);
    expect(await numbers(team)).toEqual(expected);
  },
);

test("an open block that goes on meanwhile is no other one", async () => {
  await begin();
  const before = await numbers(team);
  await archiveExpired(
    beforeNextBatch(() => rows("UPDATE blocks SET last_seen_at = ? WHERE id = ?", KEPT + 2 * HOUR, rowIds[3])),
    NOW,
  );
  expect((await stored(team)).events).toEqual([]);
  await settle(NOW);
  const grown = { ...before, [`${ids.ada} 2032-03-01`]: [0, 0, 2 * HOUR] };
  expect(await numbers(team)).toEqual(grown);
});

test("of two runs at once, each row is archived by one", async () => {
  await begin();
  const before = await numbers(team);
  await archiveExpired(
    beforeNextBatch(() => archiveExpired(db, NOW)),
    NOW,
  );
  await archiveAll(NOW);
  expect(await numbers(team)).toEqual(before);
});

test("who was being counted meanwhile is counted again, and never twice", async () => {
  await begin();
  const before = await numbers(team);
  const late = await remember(team, [
    { who: "ada", at: KEPT - DAY },
    { who: "ada", at: NOW },
  ]);
  // What is to be saved was read before anything was archived.
  await refreshPerson(
    beforeNextBatch(() => archiveExpired(db, NOW)),
    team,
    ids.ada!,
    NOW,
  );
  expect((await stored(team)).events.map(({ id }) => id)).toEqual([late[1]]);
  expect(await numbers(team)).toEqual(before);
  await refreshPerson(db, team, ids.ada!, NOW);
  const all = { ...before };
  all[`${ids.ada} 2032-02-29`] = [3, 3, before[`${ids.ada} 2032-02-29`]![2]];
  all[`${ids.ada} 2032-03-31`] = [1, 1, HOUR];
  expect(await numbers(team)).toEqual(all);
});

test("a run that dies leaves nothing half done", async () => {
  await begin();
  const before = await numbers(team);
  const dying = beforeNextBatch(() => Promise.reject(new Error("D1 is gone")));
  await expect(archiveExpired(dying, NOW)).rejects.toThrow("D1 is gone");
  expect([await numbers(team), (await stored(team)).events.length]).toEqual([before, 2]);
  await archiveExpired(db, NOW);
  expect([await numbers(team), (await stored(team)).events.length]).toEqual([before, 0]);
});

test("what fails for another reason than a race is no race", async () => {
  await begin();
  await without("rollups", () => expect(archiveExpired(db, NOW)).rejects.toThrow("rollups"));
});
