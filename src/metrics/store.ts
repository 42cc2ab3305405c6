import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import type { Tenant } from "../people/store.ts";

/** What D1 knows of a team that operators watch. */
export type TeamCounts = Record<
  "eventsAccepted" | "subscriptions" | "webhooksWaiting" | "webhooksDisabled" | "webhookFailures",
  number
>;

/** The counts of one team, in one query that reads its subscriptions and webhooks. */
export const countTeam = (db: Database, { teamId }: Tenant): Promise<TeamCounts> =>
  db.get<TeamCounts>(sql`
    SELECT t.events_accepted AS eventsAccepted, w.waiting AS webhooksWaiting, w.disabled AS webhooksDisabled,
      w.failures AS webhookFailures,
      (SELECT count(*) FROM subscriptions WHERE team_id = t.id AND status = 'active') AS subscriptions
    FROM teams t, (SELECT count(message_id) AS waiting, count(disabled_at) AS disabled, coalesce(sum(failures), 0) AS failures
      FROM webhooks WHERE team_id = ${teamId}) w
    WHERE t.id = ${teamId}`);
