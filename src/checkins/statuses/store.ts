import { and, asc, desc, eq, inArray, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../../db/client.ts";
import { checkins, people, reports } from "../../db/schema/index.ts";
import { mergedPersonIds, type Tenant } from "../../people/store.ts";
import { offsetOf, type Page } from "../paging.ts";
import type { CheckinRow } from "./checkin.ts";
import { isObsoleteAfterMerge } from "./obsolete_store.ts";

type Team = Pick<Tenant, "teamId">;

/** The person whom a check-in was created for, who may have been merged into a successor since. */
const owner = alias(people, "owner");

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
  createdAt: checkins.createdAt,
  updatedAt: checkins.updatedAt,
  person: {
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

/** The latest completed first, then the pending ones (`completed_at` is NULL) by date. The index `checkins_latest` has this order. */
const latestFirst = [desc(checkins.completedAt), desc(checkins.date), asc(checkins.id)];

/**
 * Reads the team's check-ins whose ids `idQuery` selects, the latest first. Cross joins keep the order written: from the
 * ids to each row. SQLite would otherwise consider reading the team's whole history.
 */
export const readCheckins = (db: Database, { teamId }: Team, idQuery: SQLWrapper): Promise<CheckinRow[]> =>
  db
    .select(columns)
    .from(sql`${idQuery} AS selected`)
    .crossJoin(checkins)
    .crossJoin(reports)
    .crossJoin(owner)
    .crossJoin(people)
    .where(
      and(
        eq(checkins.id, sql`selected.id`),
        eq(checkins.teamId, teamId),
        eq(reports.id, checkins.reportId),
        eq(owner.id, checkins.personId),
        eq(people.id, sql`coalesce(${owner.mergedInto}, ${owner.id})`),
      ),
    )
    .orderBy(...latestFirst);

/** Selects the ids of the team's check-ins that match `condition`. */
const selectIds = (db: Database, { teamId }: Team, condition?: SQL) =>
  db
    .select({ id: checkins.id })
    .from(checkins)
    .where(and(eq(checkins.teamId, teamId), condition, sql`NOT ${isObsoleteAfterMerge}`));

/** Lists a page of the team's check-ins, the latest first, pending ones last. */
export const listCheckins = (db: Database, team: Team, page: Page): Promise<CheckinRow[]> =>
  readCheckins(
    db,
    team,
    selectIds(db, team)
      .orderBy(...latestFirst)
      .limit(page.size)
      .offset(offsetOf(page)),
  );

/** Finds the team's check-in by its id or slug; null if there is none. */
export async function findCheckin(db: Database, team: Team, reference: string): Promise<CheckinRow | null> {
  const ofTeam = sql`SELECT checkin.id FROM checkins checkin WHERE checkin.team_id = ${team.teamId}`;
  // coalesce() stops at the first subquery that finds a row. An OR would make SQLite read all check-ins of the team.
  const id = sql`coalesce((${ofTeam} AND checkin.id = ${reference}), (${ofTeam} AND checkin.slug = ${reference}))`;
  const [row] = await readCheckins(db, team, selectIds(db, team, eq(checkins.id, id)));
  return row ?? null;
}

/** Finds a person's check-in of a local date, their own or that of a person merged into them; null if there is none. */
export async function findCheckinOn(
  db: Database,
  team: Team,
  personId: string,
  date: string,
): Promise<CheckinRow | null> {
  const isTheirs = and(inArray(checkins.personId, sql`(${mergedPersonIds(personId)})`), eq(checkins.date, date));
  const [row] = await readCheckins(db, team, selectIds(db, team, isTheirs));
  return row ?? null;
}
