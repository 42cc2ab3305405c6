import { and, asc, eq, or, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { checkins, events, identities, people, reports } from "../../db/schema/index.ts";
import { identityId } from "../../lib/id.ts";
import { fold } from "../../lib/text.ts";
import type { Tenant } from "../../people/store.ts";
import type { ActivityRow } from "./activity.ts";

/**
 * Whether an event under this identifier would be somebody's who is on the team: whose identity it is, else whose e-mail
 * (see `linkStatements`).
 */
export async function isOnTeam(db: Database, { accountId, teamId }: Tenant, identifier: string): Promise<boolean> {
  const id = await identityId(accountId, identifier);
  const row = await db.get(sql`
    SELECT 1 FROM members m WHERE m.team_id = ${teamId} AND m.removed_at IS NULL AND m.person_id = coalesce(
      (SELECT person_id FROM identities WHERE id = ${id}),
      (SELECT coalesce(merged_into, id) FROM people WHERE account_id = ${accountId} AND email = ${fold(identifier)}))`);
  return row !== undefined;
}

/**
 * How many check-ins from the day before, in UTC, can be needed to find the one of an event: in some zone it is a day
 * earlier or later, and the check-in may be the next one after that.
 */
const NEAR = 3;

/** An event of the team by its id, or by its external id; null where there is none. One query, whatever the history. */
export async function findActivity(
  db: Database,
  { teamId }: Pick<Tenant, "teamId">,
  name: { id: string } | { externalId: string },
): Promise<ActivityRow | null> {
  // Pending check-ins of somebody merged are their successor's to answer, and shown nowhere.
  const near = sql`SELECT near.id FROM checkins near
    WHERE near.team_id = ${teamId} AND near.person_id = ${people.id}
      AND near.date >= date(${events.occurredAt} / 1000, 'unixepoch', '-1 day')
      AND (near.completed_at IS NOT NULL OR ${people.mergedInto} IS NULL)
    ORDER BY near.date LIMIT ${NEAR}`;
  const { id, kind, title, url, html, occurredAt } = events;
  const rows = await db
    .select({
      event: { id, kind, title, url, html, occurredAt },
      checkin: { id: checkins.id, slug: checkins.slug, date: checkins.date },
      previousDate: reports.previousDate,
    })
    .from(events)
    .innerJoin(identities, eq(identities.id, events.identityId))
    .innerJoin(people, or(eq(people.id, identities.personId), eq(people.mergedInto, identities.personId)))
    .leftJoin(checkins, sql`${checkins.id} IN (${near})`)
    .leftJoin(reports, eq(reports.id, checkins.reportId))
    .where(and(eq(events.teamId, teamId), "id" in name ? eq(id, name.id) : eq(events.externalId, name.externalId)))
    .orderBy(sql`${people.mergedInto} IS NOT NULL`, asc(checkins.date));
  const [first] = rows;
  if (!first) return null;
  const found = rows.flatMap(({ checkin, previousDate }) =>
    checkin && previousDate !== null ? [{ ...checkin, previousDate }] : [],
  );
  return { ...first.event, checkins: found };
}
