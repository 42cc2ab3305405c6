import { and, asc, desc, eq, inArray, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { CheckinRow, Related } from "../../api/status_hero/status_body.ts";
import { atomically, type Database } from "../../db/client.ts";
import { checkins, comments, events, identities, people, reactions, reports } from "../../db/schema/index.ts";
import { mergedPersonIds, type Tenant } from "../../people/store.ts";
import { expectCheckins } from "../reports/lifecycle_store.ts";
import { isSuperseded } from "../reports/store.ts";
import { activityWindow } from "../reports/workday.ts";

type Team = Pick<Tenant, "teamId">;

/** Who checked in, before merges. */
const author = alias(people, "author");

const columns = {
  id: checkins.id,
  reportId: checkins.reportId,
  date: checkins.date,
  previousDate: reports.previousDate,
  slug: checkins.slug,
  next: checkins.next,
  blockers: checkins.blockers,
  previous: checkins.previous,
  previousCompleted: checkins.previousCompleted,
  completedAt: checkins.completedAt,
  user: {
    id: people.id,
    formerId: people.formerId,
    name: people.name,
    lastName: people.lastName,
    email: people.email,
    timeZone: people.timeZone,
    administrator: people.administrator,
    slug: people.slug,
    avatarUrl: people.avatarUrl,
    location: people.location,
  },
};

/** The latest first, then pending ones (null), those of the newest date first. */
const latestFirst = [desc(checkins.completedAt), desc(checkins.date), asc(checkins.id)];

/**
 * The check-ins of `picked`, a query of their ids, in the order of lists. Cross joins are read in the order written: what
 * was picked leads to each row, and never a team's whole history.
 */
export const readCheckins = (db: Database, { teamId }: Team, picked: SQLWrapper): Promise<CheckinRow[]> =>
  db
    .select(columns)
    .from(sql`${picked} AS picked`)
    .crossJoin(checkins)
    .crossJoin(reports)
    .crossJoin(author)
    .crossJoin(people)
    .where(
      and(
        eq(checkins.id, sql`picked.id`),
        eq(checkins.teamId, teamId),
        eq(reports.id, checkins.reportId),
        eq(author.id, checkins.personId),
        eq(people.id, sql`coalesce(${author.mergedInto}, ${author.id})`),
      ),
    )
    .orderBy(...latestFirst);

/** The ids of the team's check-ins that are wanted. */
const pick = (db: Database, { teamId }: Team, wanted?: SQL) =>
  db
    .select({ id: checkins.id })
    .from(checkins)
    .where(and(eq(checkins.teamId, teamId), wanted, sql`NOT ${isSuperseded}`));

/** A page of the team's check-ins, the latest first and then the pending ones; `page` counts from 1. */
export const listCheckins = (db: Database, tenant: Team, { page, size }: { page: number; size: number }) =>
  readCheckins(
    db,
    tenant,
    pick(db, tenant)
      .orderBy(...latestFirst)
      .limit(size)
      .offset((page - 1) * size),
  );

/** The team's check-in with an id or slug; null where there is none. */
export async function findCheckin(db: Database, tenant: Team, reference: string): Promise<CheckinRow | null> {
  const theirs = sql`SELECT c.id FROM checkins c WHERE c.team_id = ${tenant.teamId}`;
  // coalesce() looks no further than the first that finds one; an OR would have SQLite look through the whole team's.
  const id = sql`coalesce((${theirs} AND c.id = ${reference}), (${theirs} AND c.slug = ${reference}))`;
  const [row] = await readCheckins(db, tenant, pick(db, tenant, eq(checkins.id, id)));
  return row ?? null;
}

/**
 * Somebody's check-in of a date, their own or that of somebody merged into them; null where they are not expected to check
 * in, or there is no report. Whoever is expected only since a merge, or its undoing, gets their check-in now.
 */
export async function checkinOn(db: Database, tenant: Team, personId: string, date: string, now: number) {
  const theirs = pick(
    db,
    tenant,
    and(inArray(checkins.personId, sql`(${mergedPersonIds(personId)})`), eq(checkins.date, date)),
  );
  const [row] = await readCheckins(db, tenant, theirs);
  if (row) return row;
  await atomically(db, expectCheckins(tenant, personId, date, now));
  return (await readCheckins(db, tenant, theirs))[0] ?? null;
}

/** Check-ins with the ids of what hangs on them, each oldest first: two queries, however many check-ins. */
export async function withRelated<C extends CheckinRow>(
  db: Database,
  tenant: Tenant & { teamTimeZone: string },
  found: C[],
): Promise<(C & Related)[]> {
  if (found.length === 0) return [];
  const [remarks, activities] = await Promise.all([readRemarks(db, tenant, found), readActivities(db, tenant, found)]);
  const idsOf = (rows: { checkinId: string; id: string }[]) => {
    const byCheckin = Map.groupBy(rows, ({ checkinId }) => checkinId);
    return (checkin: C) => (byCheckin.get(checkin.id) ?? []).map(({ id }) => id);
  };
  const commentIds = idsOf(remarks.filter(({ kind }) => kind === "comment"));
  const reactionIds = idsOf(remarks.filter(({ kind }) => kind === "reaction"));
  const activityIds = idsOf(activities);
  return found.map((checkin) => ({
    ...checkin,
    commentIds: commentIds(checkin),
    reactionIds: reactionIds(checkin),
    activityIds: activityIds(checkin),
  }));
}

type RelatedRow = { checkinId: string; id: string };

/** The comments and reactions that stand. */
function readRemarks(db: Database, { teamId }: Team, found: CheckinRow[]) {
  const ids = JSON.stringify(found.map(({ id }) => id));
  // The plus keeps SQLite from looking through all that was ever said on the team.
  const standing = (table: typeof comments | typeof reactions, kind: string) => sql`
    SELECT ${kind} AS kind, t.checkin_id AS checkinId, t.id AS id, t.created_at AS createdAt
    FROM json_each(${ids}) k CROSS JOIN ${table} t ON t.checkin_id = k.value
    WHERE +t.team_id = ${teamId} AND t.removed_at IS NULL`;
  return db.all<RelatedRow & { kind: "comment" | "reaction" }>(sql`
    ${standing(comments, "comment")} UNION ALL ${standing(reactions, "reaction")} ORDER BY createdAt, id`);
}

/** The events that the check-ins tell of: see `activityWindow`. */
function readActivities(
  db: Database,
  { accountId, teamId, teamTimeZone }: Tenant & { teamTimeZone: string },
  found: CheckinRow[],
): Promise<RelatedRow[]> {
  const windows = found.map((one) => ({ id: one.id, person: one.user.id, ...activityWindow(one, teamTimeZone) }));
  // Cross joins are read in the order written: by check-in and identity, not through what the whole team did.
  return db.all<RelatedRow>(sql`
    SELECT w.value ->> 'id' AS checkinId, e.id AS id
    FROM json_each(${JSON.stringify(windows)}) w
      CROSS JOIN ${identities} i ON i.person_id = (w.value ->> 'person') AND i.account_id = ${accountId}
      CROSS JOIN ${events} e ON e.team_id = ${teamId} AND e.identity_id = i.id
        AND e.occurred_at >= (w.value ->> 'start') AND e.occurred_at < (w.value ->> 'end')
    ORDER BY e.occurred_at, e.id`);
}
