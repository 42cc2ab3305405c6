import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import type { Tenant } from "../people/store.ts";

/** The counts of a team that D1 has. `webhookFailures`: failed attempts of the webhooks that exist now. */
export type TeamCounts = Record<
  "eventsAccepted" | "identitiesRefused" | "subscriptions" | "webhooksWaiting" | "webhooksDisabled" | "webhookFailures",
  number
>;

/** Counts a team's events, subscriptions and webhooks, in one query that reads its subscriptions and webhooks. */
export const countTeam = (db: Database, { teamId }: Pick<Tenant, "teamId">): Promise<TeamCounts> =>
  db.get<TeamCounts>(sql`
    WITH webhook_counts AS (
      SELECT count(message_id) AS waiting, count(disabled_at) AS disabled, coalesce(sum(failures), 0) AS failures
      FROM webhooks WHERE team_id = ${teamId})
    SELECT team.events_accepted AS eventsAccepted,
      (SELECT coalesce(sum(refused), 0) FROM identity_counts WHERE team_id = team.id) AS identitiesRefused,
      (SELECT count(*) FROM subscriptions WHERE team_id = team.id AND status = 'active') AS subscriptions,
      webhook_counts.waiting AS webhooksWaiting, webhook_counts.disabled AS webhooksDisabled,
      webhook_counts.failures AS webhookFailures
    FROM teams team, webhook_counts WHERE team.id = ${teamId}`);
