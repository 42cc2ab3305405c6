import { and, asc, count, eq, inArray, sql } from "drizzle-orm";
import { atomically, type Database } from "../db/client.ts";
import { people, subscriptions } from "../db/schema/index.ts";
import { newSubscriptionId } from "../lib/id.ts";
import { mergedPersonIds, type Tenant } from "../people/store.ts";
import type { TimeWindow } from "../statistics/window.ts";

const columns = {
  id: subscriptions.id,
  /** The person it was made for, or the person they were merged into. */
  personId: sql<string>`coalesce(${people.mergedInto}, ${people.id})`,
  timeWindow: sql<TimeWindow>`${subscriptions.timeWindow}`,
  status: subscriptions.status,
  totalActivities: subscriptions.totalActivities,
  completedActivities: subscriptions.completedActivities,
  workMs: subscriptions.workMs,
  startDate: subscriptions.startDate,
  endDate: subscriptions.endDate,
  timeZone: subscriptions.timeZone,
  endsAt: subscriptions.endsAt,
  lastRefreshedAt: subscriptions.lastRefreshedAt,
  createdAt: subscriptions.createdAt,
  updatedAt: subscriptions.updatedAt,
  /** Whether days of this person are marked as changed and not counted yet. */
  stale: sql<number>`EXISTS (SELECT 1 FROM stale_days AS stale
    WHERE stale.team_id = ${subscriptions.teamId} AND stale.person_id = coalesce(${people.mergedInto}, ${people.id}))`,
};

const read = (db: Database) =>
  db.select(columns).from(subscriptions).innerJoin(people, eq(people.id, subscriptions.personId)).$dynamic();

export type SubscriptionRow = NonNullable<Awaited<ReturnType<typeof findSubscription>>>;

/** Finds a subscription of the team, active or removed; null where there is none. */
export async function findSubscription(db: Database, { teamId }: Tenant, id: string) {
  const [row] = await read(db).where(and(eq(subscriptions.teamId, teamId), eq(subscriptions.id, id)));
  return row ?? null;
}

/** Which subscriptions to list; `personId` includes people merged into that person. */
export type SubscriptionFilter = { status: "active" | "removed"; personId?: string | undefined };

/** Lists one page of the team's subscriptions, oldest first, and counts all of them. */
export async function listSubscriptions(
  db: Database,
  { teamId }: Tenant,
  { status, personId }: SubscriptionFilter,
  { page, limit }: { page: number; limit: number },
) {
  const wanted = and(
    eq(subscriptions.teamId, teamId),
    eq(subscriptions.status, status),
    personId === undefined ? undefined : inArray(subscriptions.personId, sql`(${mergedPersonIds(personId)})`),
  );
  const [rows, [counted]] = await Promise.all([
    read(db)
      .where(wanted)
      .orderBy(asc(subscriptions.createdAt), asc(subscriptions.id))
      .limit(limit)
      .offset((page - 1) * limit),
    db.select({ total: count() }).from(subscriptions).where(wanted),
  ]);
  return { rows, total: counted!.total };
}

/**
 * Subscribes a person to a window, unless they, or a person merged into them, are subscribed to it already. Returns the
 * subscription's id and whether it is new. A new one has no numbers until it is refreshed.
 */
export async function subscribe(
  db: Database,
  { teamId }: Tenant,
  { personId, timeWindow }: { personId: string; timeWindow: TimeWindow },
  now: number,
): Promise<{ id: string; isNew: boolean }> {
  const id = newSubscriptionId();
  const existing = sql`SELECT id FROM subscriptions WHERE team_id = ${teamId} AND status = 'active'
    AND time_window = ${timeWindow} AND person_id IN (${mergedPersonIds(personId)})`;
  const [, found] = await atomically(db, [
    sql`INSERT INTO subscriptions (id, team_id, person_id, time_window, status, total_activities, completed_activities,
        work_ms, start_date, end_date, time_zone, ends_at, last_refreshed_at, created_at, updated_at)
      SELECT ${id}, ${teamId}, ${personId}, ${timeWindow}, 'active', 0, 0, 0, '', '', '', 0, ${now}, ${now}, ${now}
      WHERE NOT EXISTS (${existing})`,
    sql`${existing} ORDER BY person_id = ${personId} DESC, created_at, id LIMIT 1`,
  ]);
  const [subscription] = found!.results as { id: string }[];
  return { id: subscription!.id, isNew: subscription!.id === id };
}

/**
 * Changes the window of an active subscription, and makes it due to be refreshed. False, and no change, where its person is
 * subscribed to that window already, or where it is no longer active.
 */
export async function changeWindow(
  db: Database,
  { teamId }: Tenant,
  { id, personId }: { id: string; personId: string },
  timeWindow: TimeWindow,
  now: number,
): Promise<boolean> {
  const [changed] = await atomically(db, [
    sql`UPDATE subscriptions SET time_window = ${timeWindow}, updated_at = ${now}, ends_at = 0
      WHERE id = ${id} AND team_id = ${teamId} AND status = 'active' AND NOT EXISTS (
        SELECT 1 FROM subscriptions AS other WHERE other.team_id = ${teamId} AND other.status = 'active' AND other.id <> ${id}
          AND other.time_window = ${timeWindow} AND other.person_id IN (${mergedPersonIds(personId)}))
      RETURNING id`,
  ]);
  return changed!.results.length > 0;
}

/** Removes an active subscription and its webhook; false where it was no longer active. */
export async function unsubscribe(db: Database, { teamId }: Tenant, id: string, now: number): Promise<boolean> {
  const [removed] = await atomically(db, [
    sql`UPDATE subscriptions SET status = 'removed', updated_at = ${now}
      WHERE id = ${id} AND team_id = ${teamId} AND status = 'active' RETURNING id`,
    sql`DELETE FROM webhooks WHERE subscription_id = ${id} AND team_id = ${teamId}`,
  ]);
  return removed!.results.length > 0;
}
