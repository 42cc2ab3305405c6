/** A new account with a team that has no data yet. */
import { INTEGRATION } from "../demo/account.ts";

/** Inserts the team `new-team` with one integration, which has the id and the name of the demo's. */
export async function insertTeam(db: D1Database): Promise<void> {
  await db.batch([
    db.prepare("INSERT INTO accounts (id, name, onboarded_at, created_at) VALUES ('account', 'New', 1, 1)"),
    db.prepare(`INSERT INTO teams (id, account_id, slug, name, time_zone, created_at)
      VALUES ('team', 'account', 'new-team', 'New Team', 'America/New_York', 1)`),
    db
      .prepare("INSERT INTO integrations (id, team_id, name, created_at) VALUES (?, 'team', ?, 1)")
      .bind(INTEGRATION.id, INTEGRATION.name),
  ]);
}
