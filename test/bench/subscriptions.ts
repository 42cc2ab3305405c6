import { newSubscriptionId } from "../../src/lib/id.ts";
import { windowAt } from "../../src/statistics/window.ts";
import type { Bench, Statement } from "./harness.ts";
import { send } from "./load.ts";
import type { BenchTeam } from "./team.ts";

/** The cron expression whose runs refresh subscriptions. */
export const REFRESH_CRON = "*/15 * * * *";

/** Adds a quarterly subscription, without numbers yet, for each person of some teams. Returns the ids by person. */
export async function subscribeAll({ sql }: Bench, teams: BenchTeam[]): Promise<Map<string, string>> {
  const now = Date.now();
  const { startDate, endDate, endsAt } = windowAt("quarterly", now, "UTC");
  const ids = new Map<string, string>();
  const statements = teams.map(({ teamId, people }): Statement => {
    const list = people.map(({ id }) => ({ id: newSubscriptionId(), person: id }));
    for (const { id, person } of list) ids.set(person, id);
    return {
      sql: `INSERT INTO subscriptions (id, team_id, person_id, time_window, status, total_activities,
          completed_activities, work_ms, start_date, end_date, time_zone, ends_at, last_refreshed_at, created_at, updated_at)
        SELECT s.value ->> 'id', ?1, s.value ->> 'person', 'quarterly', 'active', 0, 0, 0, ?2, ?3, 'UTC', ?4, ?5, ?5, ?5
        FROM json_each(?6) s`,
      params: [teamId, startDate, endDate, endsAt, now, JSON.stringify(list)],
    };
  });
  await sql(statements);
  return ids;
}

/** Adds an event of the current time for each person of some teams. */
export async function addNewEvents({ sql }: Bench, teams: BenchTeam[]): Promise<void> {
  await sql(
    teams.map(({ teamId, people }) => ({
      sql: `INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, occurred_at, created_at, updated_at)
        SELECT lower(hex(randomblob(16))), ?1, lower(hex(randomblob(16))), p.value, 'commit', 'New', 'bench', ?3, ?3, ?3
        FROM json_each(?2) p`,
      params: [teamId, JSON.stringify(people.map(({ identity }) => identity)), Date.now()],
    })),
  );
}

/** Runs the cron of the real Worker until no day is marked for a recount. */
export async function refreshAll({ sql, urls }: Bench): Promise<void> {
  for (;;) {
    await send({ url: `${urls.timed}/bench/cron?cron=${encodeURIComponent(REFRESH_CRON)}`, headers: {}, body: "" });
    const [left] = await sql([{ sql: "SELECT count(*) AS n FROM stale_days" }]);
    if (left!.results[0]!.n === 0) return;
  }
}
