import { env } from "cloudflare:workers";

/** How many teams to make, and how many people on each team. */
export type Size = { teams: number; people: number };

/**
 * Makes teams of people who each have one identity and one subscription. The account is not onboarded, so that only the
 * recount finds work there.
 */
export async function mintManyTeams(name: string, { teams, people }: Size) {
  const run = (sql: string, ...params: unknown[]) =>
    env.DB.prepare(sql)
      .bind(...params)
      .run();
  const numbers = (count: number) =>
    `(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${count}) SELECT i FROM n)`;
  const everyPerson = `${numbers(teams)} t CROSS JOIN ${numbers(people)} p`;
  const [team, person] = [`'${name}-' || t.i`, `'${name}-' || t.i || '-' || p.i`];
  await run(`INSERT INTO accounts (id, name, created_at) VALUES ('${name}', 'Many', 0)`);
  await run(`INSERT INTO teams (id, account_id, slug, name, time_zone, created_at)
    SELECT ${team}, '${name}', ${team}, 'Many', 'UTC', 0 FROM ${numbers(teams)} t`);
  await run(`INSERT INTO people (id, account_id, name, slug, created_at)
    SELECT ${person}, '${name}', 'Person', ${person}, 0 FROM ${everyPerson}`);
  await run(`INSERT INTO identities (id, account_id, identifier, person_id, created_at)
    SELECT ${person}, '${name}', ${person}, ${person}, 0 FROM ${everyPerson}`);
  await run(`INSERT INTO subscriptions (id, team_id, person_id, time_window, status, total_activities,
      completed_activities, work_ms, start_date, end_date, time_zone, ends_at, last_refreshed_at, created_at, updated_at)
    SELECT 'notif_' || ${person}, ${team}, ${person}, 'quarterly', 'active', 0, 0, 0, '', '', '', 0, 0, 0, 0 FROM ${everyPerson}`);
  /** Adds an event and an hour of work of each person at this time. */
  const addWork = async (at: number) => {
    await run(
      `INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, occurred_at, created_at, updated_at)
      SELECT ${person} || ?1, ${team}, ${person} || ?1, ${person}, 'task', 'Something', 'test', ?1, ?1, ?1 FROM ${everyPerson}`,
      at,
    );
    await run(
      `INSERT INTO blocks (id, team_id, identity_id, integration_id, source, status, started_at, last_seen_at, ended_at)
      SELECT ${person} || ?1, ${team}, ${person}, 'test', 'test', 'online', ?1, ?1 + 3600000, ?1 + 3600000 FROM ${everyPerson}`,
      at,
    );
  };
  /** Counts people by snapshot, such as "1 events, 3600000 ms". */
  const snapshots = async () => {
    const { results } = await env.DB.prepare(
      `SELECT total_activities || ' events, ' || work_ms || ' ms' AS snapshot, count(*) AS people
      FROM subscriptions WHERE team_id GLOB ? GROUP BY 1 ORDER BY 1`,
    )
      .bind(`${name}-*`)
      .all<{ snapshot: string; people: number }>();
    return Object.fromEntries(results.map(({ snapshot, people }) => [snapshot, people]));
  };
  const remove = async () => {
    // Marks last, because removing the other rows makes marks.
    for (const table of ["events", "blocks", "rollups", "subscriptions", "stale_days"]) {
      await run(`DELETE FROM ${table} WHERE team_id GLOB ?`, `${name}-*`);
    }
    for (const table of ["identities", "people", "teams"]) {
      await run(`DELETE FROM ${table} WHERE account_id = ?`, name);
    }
    await run("DELETE FROM accounts WHERE id = ?", name);
  };
  return { addWork, snapshots, remove };
}
