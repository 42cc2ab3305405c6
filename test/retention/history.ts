import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { identityId, newId } from "../../src/lib/id.ts";
import { removeExpired } from "../../src/retention/job.ts";
import { recountChangedDays } from "../../src/statistics/job.ts";
import { db, rows } from "../support/database.ts";
import { mintPerson, mintTeam, type Team } from "../support/team.ts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/**
 * An event or a block of the person named `who`. A block is open where `to` is null; `seen` is its last heartbeat then.
 */
export type PastEvent = { who: string; at: number; completed?: boolean };
export type PastBlock = { who: string; from: number; to: number | null; seen?: number; status?: string };

/**
 * Makes a team with one person for each name. Each has one identity of that name, and a time zone or that of the team.
 */
export async function mintPeople(zones: Record<string, string | null>, teamZone = "UTC") {
  const team = await mintTeam({ timeZone: teamZone });
  const ids: Record<string, string> = {};
  for (const [name, timeZone] of Object.entries(zones)) {
    ids[name] = await mintPerson(team, { name, timeZone });
    await env.DB.prepare(
      "INSERT INTO identities (id, account_id, identifier, person_id, created_at) VALUES (?, ?, ?, ?, 0)",
    )
      .bind(await identityId(team.accountId, name), team.accountId, name, ids[name])
      .run();
  }
  return { team, ids };
}

/** Adds events and blocks of the past to D1, as tools would have sent them; returns their ids in order. */
export async function addHistory(team: Team, events: PastEvent[], blocks: PastBlock[] = []): Promise<string[]> {
  const insert = (sql: string, list: object[]) => env.DB.prepare(sql).bind(team.teamId, JSON.stringify(list));
  const named = async <T extends { who: string }>(list: T[]) =>
    Promise.all(
      list.map(async (one) => ({ ...one, id: newId(), identity: await identityId(team.accountId, one.who) })),
    );
  const [happened, held] = [await named(events), await named(blocks)];
  await env.DB.batch([
    insert(
      `INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, completed, occurred_at, created_at, updated_at)
       SELECT e.value ->> 'id', ?1, e.value ->> 'id', e.value ->> 'identity', 'task', 'Something', 'test',
         coalesce(e.value ->> 'completed', 1), e.value ->> 'at', 0, 0 FROM json_each(?2) e`,
      happened,
    ),
    insert(
      `INSERT INTO blocks (id, team_id, identity_id, integration_id, source, status, started_at, last_seen_at, ended_at)
       SELECT b.value ->> 'id', ?1, b.value ->> 'identity', 'test', 'test', coalesce(b.value ->> 'status', 'online'),
         b.value ->> 'from', coalesce(b.value ->> 'seen', b.value ->> 'to'), b.value ->> 'to' FROM json_each(?2) b`,
      held,
    ),
  ]);
  return [...happened, ...held].map(({ id }) => id);
}

/** Sets the retention of a team, in days; null keeps everything. */
export const setRetention = (team: Team, days: number | null) =>
  env.DB.prepare("UPDATE teams SET retention_days = ? WHERE id = ?").bind(days, team.teamId).run();

/** Recounts until every roll-up is up to date. */
export const recount = async (now: number): Promise<void> => {
  // Two days later the last day has ended in every time zone. Histories of more than a year take more runs.
  for (let run = 0; run < 3; run += 1) await recountChangedDays({ db, now: now + 2 * DAY + run * HOUR });
};

/** Runs the removal until nothing is left to remove. */
export async function removeAllExpired(now: number, limits?: Parameters<typeof removeExpired>[1]): Promise<void> {
  const left = () =>
    rows<{ n: number }>(`SELECT (SELECT count(*) FROM events WHERE team_id = t.id)
        + (SELECT coalesce(sum(1 + started_at), 0) FROM blocks WHERE team_id = t.id) AS n
      FROM teams t WHERE retention_days IS NOT NULL ORDER BY id`);
  for (let before = "", after = JSON.stringify(await left()); before !== after; ) {
    await removeExpired({ db, now }, limits);
    [before, after] = [after, JSON.stringify(await left())];
  }
}

/**
 * Reads the numbers of every local day on the team from roll-ups: "person date" to [events, completed, milliseconds].
 */
export async function numbers(team: Team): Promise<Record<string, [number, number, number]>> {
  const days = await rows<{ day: string; total: number; completed: number; work: number }>(
    `SELECT coalesce(p.merged_into, p.id) || ' ' || r.month || '-' || d.key AS day, sum(d.value ->> 0) AS total,
       sum(d.value ->> 1) AS completed, sum(d.value ->> 2) AS work
     FROM rollups r JOIN people p ON p.id = r.person_id JOIN json_each(r.days) d
     WHERE r.team_id = ? AND (r.counted = 1 OR p.merged_into IS NULL)
     GROUP BY 1 HAVING (sum(d.value ->> 0), sum(d.value ->> 1), sum(d.value ->> 2)) IS NOT (0, 0, 0) ORDER BY 1`,
    team.teamId,
  );
  const wrong = await rows(
    `SELECT month FROM rollups r WHERE team_id = ? AND (total_activities, completed_activities, work_ms) IS NOT (SELECT
       coalesce(sum(value ->> 0), 0), coalesce(sum(value ->> 1), 0), coalesce(sum(value ->> 2), 0) FROM json_each(r.days))`,
    team.teamId,
  );
  expect(wrong, "months whose sums differ from their days").toEqual([]);
  return Object.fromEntries(days.map(({ day, total, completed, work }) => [day, [total, completed, work]]));
}

/** Reads the events and blocks of a team that are left. */
export const storedRows = async (team: Team) => ({
  events: await rows<{ id: string; occurred_at: number }>(
    "SELECT * FROM events WHERE team_id = ? ORDER BY id",
    team.teamId,
  ),
  blocks: await rows<{ id: string; started_at: number; ended_at: number | null }>(
    "SELECT * FROM blocks WHERE team_id = ? ORDER BY id",
    team.teamId,
  ),
});
