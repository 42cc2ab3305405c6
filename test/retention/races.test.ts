import { env } from "cloudflare:workers";
import { afterEach, expect, test } from "vitest";
import { database } from "../../src/db/client.ts";
import { mergePeople } from "../../src/people/merges/merge_store.ts";
import { removeExpired } from "../../src/retention/job.ts";
import { refreshPerson } from "../../src/statistics/service.ts";
import { db, rows } from "../support/database.ts";
import type { Team } from "../support/team.ts";
import { without } from "../support/without.ts";
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

const KEPT = Date.parse("2032-03-01T00:00:00Z");
const NOW = KEPT + 30 * DAY + 10 * HOUR;

let team: Team;
let ids: Record<string, string>;
let rowIds: string[];

async function begin(): Promise<void> {
  ({ team, ids } = await mintPeople({ ada: null, bob: null }));
  await setRetention(team, 30);
  rowIds = await addHistory(
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
  await recount(NOW);
}

afterEach(() => setRetention(team, null));

/** Returns the suite's D1, which runs `first` right before its next batch: after the reads that the batch relies on. */
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
  "an event is no longer completed": ["events", () => rows("UPDATE events SET completed = 0 WHERE id = ?", rowIds[0])],
  "an event moves to a time that is kept": [
    "events",
    () => rows("UPDATE events SET occurred_at = ? WHERE id = ?", KEPT + HOUR, rowIds[0]),
  ],
  "an event is removed": ["events", () => rows("DELETE FROM events WHERE id = ?", rowIds[0])],
  "a merge moves events to another person": [
    "events",
    () => mergePeople(db, team, { fromId: ids.ada!, intoId: ids.bob! }, NOW),
  ],
  "a merge moves blocks to another person": [
    "blocks",
    () => mergePeople(db, team, { fromId: ids.ada!, intoId: ids.bob! }, NOW),
  ],
  "an open block ends before its last heartbeat": [
    "blocks",
    () => rows("UPDATE blocks SET last_seen_at = ?1, ended_at = ?1 WHERE id = ?2", KEPT - HOUR, rowIds[3]),
  ],
  "an open block without heartbeats for long ends": [
    "blocks",
    () => rows("UPDATE blocks SET ended_at = last_seen_at WHERE id = ?", rowIds[5]),
  ],
  "another old block is added": [
    "blocks",
    () => addHistory(team, [], [{ who: "ada", from: KEPT - 9 * HOUR, to: KEPT - 8 * HOUR }]),
  ],
};

test.each(Object.entries(CHANGES))(
  "If %s after the rows were read, nothing is removed, and the next run keeps the right numbers",
  async (_, [part, change]) => {
    await begin();
    // A run removes events and blocks in turn, so the rows of the other kind are removed first.
    await rows(
      part === "events" ? "DELETE FROM blocks WHERE team_id = ?" : "DELETE FROM events WHERE team_id = ?",
      team.teamId,
    );
    await recount(NOW);
    let changed: unknown;
    const overtaken = beforeNextBatch(async () => {
      await change();
      changed = await storedRows(team);
    });
    await removeExpired({ db: overtaken, now: NOW });
    expect(await storedRows(team)).toEqual(changed);
    expect(await rows("SELECT * FROM rollups WHERE team_id = ? AND counted = 1", team.teamId)).toEqual([]);
    await recount(NOW);
    const expected = await numbers(team);
    await removeAllExpired(NOW);
    expect((await storedRows(team))[part]).not.toEqual((changed as Awaited<ReturnType<typeof storedRows>>)[part]);
    expect(await numbers(team)).toEqual(expected);
    await recount(NOW);
    expect(await numbers(team)).toEqual(expected);
  },
);

test("An open block that grows after its cutoff is removed too", async () => {
  await begin();
  const before = await numbers(team);
  const overtaken = beforeNextBatch(() =>
    rows("UPDATE blocks SET last_seen_at = ? WHERE id = ?", KEPT + 2 * HOUR, rowIds[3]),
  );
  await removeExpired({ db: overtaken, now: NOW });
  expect((await storedRows(team)).events).toEqual([]);
  await recount(NOW);
  const grown = { ...before, [`${ids.ada} 2032-03-01`]: [0, 0, 2 * HOUR] };
  expect(await numbers(team)).toEqual(grown);
});

test("Two runs at once remove and count each row once", async () => {
  await begin();
  const before = await numbers(team);
  const overtaken = beforeNextBatch(() => removeExpired({ db, now: NOW }));
  await removeExpired({ db: overtaken, now: NOW });
  await removeAllExpired(NOW);
  expect(await numbers(team)).toEqual(before);
});

test("A person whose rows are removed during their recount is counted again, and never twice", async () => {
  await begin();
  const before = await numbers(team);
  const late = await addHistory(team, [
    { who: "ada", at: KEPT - DAY },
    { who: "ada", at: NOW },
  ]);
  // The recount has read its rows before they are removed.
  const overtaken = beforeNextBatch(() => removeExpired({ db, now: NOW }));
  await refreshPerson({ db: overtaken, actor: team, now: NOW }, ids.ada!);
  expect((await storedRows(team)).events.map(({ id }) => id)).toEqual([late[1]]);
  expect(await numbers(team)).toEqual(before);
  await refreshPerson({ db, actor: team, now: NOW }, ids.ada!);
  const all = { ...before };
  all[`${ids.ada} 2032-02-29`] = [3, 3, before[`${ids.ada} 2032-02-29`]![2]];
  all[`${ids.ada} 2032-03-31`] = [1, 1, HOUR];
  expect(await numbers(team)).toEqual(all);
});

test("A run that fails leaves no partial change", async () => {
  await begin();
  const before = await numbers(team);
  const dying = beforeNextBatch(() => Promise.reject(new Error("D1 is gone")));
  await expect(removeExpired({ db: dying, now: NOW })).rejects.toThrow("D1 is gone");
  expect([await numbers(team), (await storedRows(team)).events.length]).toEqual([before, 2]);
  await removeExpired({ db, now: NOW });
  expect([await numbers(team), (await storedRows(team)).events.length]).toEqual([before, 0]);
});

test("An error other than a changed row is thrown", async () => {
  await begin();
  await without("rollups", () => expect(removeExpired({ db, now: NOW })).rejects.toThrow("rollups"));
});
