import { and, asc, eq, or, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { checkins, events, identities, people, reports } from "../../db/schema/index.ts";
import { identityId } from "../../lib/id.ts";
import { fold } from "../../lib/text.ts";
import type { Tenant } from "../../people/store.ts";
import type { ActivityRow } from "./activity.ts";

/**
 * Whether an event with this identifier would belong to a member of the team. Events are linked (`people/store.ts`) to the
 * person of the identity, else to the person with that e-mail; after a merge, to the successor.
 */
export async function isIdentifierOfMember(
  db: Database,
  { accountId, teamId }: Tenant,
  identifier: string,
): Promise<boolean> {
  const id = await identityId(accountId, identifier);
  const row = await db.get(sql`
    SELECT 1 FROM members member
    WHERE member.team_id = ${teamId} AND member.removed_at IS NULL AND member.person_id = coalesce(
      (SELECT person_id FROM identities WHERE id = ${id}),
      (SELECT coalesce(merged_into, id) FROM people WHERE account_id = ${accountId} AND email = ${fold(identifier)}))`);
  return row !== undefined;
}

/**
 * How many check-ins are read for an event, from the UTC day before it on. Three are enough: the local date can be a day
 * before or after the UTC date, and the event can belong to the next check-in after that.
 */
const CANDIDATES = 3;

/** Finds an event of the team by its id or external id, with candidates for its check-in; null if there is none. One query. */
export async function findActivity(
  db: Database,
  { teamId }: Pick<Tenant, "teamId">,
  name: { id: string } | { externalId: string },
): Promise<ActivityRow | null> {
  // A pending check-in of a merged person is no candidate: as a rule the merge made it obsolete.
  const candidateIds = sql`SELECT candidate.id FROM checkins candidate
    WHERE candidate.team_id = ${teamId} AND candidate.person_id = ${people.id}
      AND candidate.date >= date(${events.occurredAt} / 1000, 'unixepoch', '-1 day')
      AND (candidate.completed_at IS NOT NULL OR ${people.mergedInto} IS NULL)
    ORDER BY candidate.date LIMIT ${CANDIDATES}`;
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
    .leftJoin(checkins, sql`${checkins.id} IN (${candidateIds})`)
    .leftJoin(reports, eq(reports.id, checkins.reportId))
    .where(and(eq(events.teamId, teamId), "id" in name ? eq(id, name.id) : eq(events.externalId, name.externalId)))
    // The successor's own check-ins first.
    .orderBy(sql`${people.mergedInto} IS NOT NULL`, asc(checkins.date));
  const [first] = rows;
  if (!first) return null;
  const candidates = rows.flatMap(({ checkin, previousDate }) =>
    checkin && previousDate !== null ? [{ ...checkin, previousDate }] : [],
  );
  return { ...first.event, checkins: candidates };
}
