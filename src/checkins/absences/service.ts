import type { ServiceContext, TeamSettings } from "../../auth/actor.ts";
import { conflict, notFound } from "../../lib/failure.ts";
import { datesOf, localDate } from "../../lib/time_zone.ts";
import { requireMember } from "../../people/lookup_service.ts";
import { listPeopleById, type Person } from "../../people/person_store.ts";
import type { Page } from "../paging.ts";
import * as store from "./store.ts";

/** A member with the local dates, today and later, on which they are absent. */
export type AbsentMember = Person & { absentDates: string[] };

/** A team with the local dates, today and later, on which all of it is absent. */
export type AbsentTeam = Pick<TeamSettings, "name" | "slug" | "timeZone"> & { id: string; absentDates: string[] };

/**
 * Records that a member is absent on each date of a range. Returns the member, and whether any of these absences is new.
 * Fails with `not_found` or `gone` for the member, and with `conflict` for too many absences.
 */
export async function addMemberAbsences(
  context: ServiceContext,
  reference: string,
  range: store.DateRange,
): Promise<{ member: AbsentMember; isNew: boolean }> {
  const { db, actor, now } = context;
  const person = await requireMember(context, reference);
  const absences = { personId: person.id, dates: datesOf(range) };
  const added = await store.addMemberAbsences(db, actor, absences, { now, today: todayOf(context) });
  if (added === null) throw tooManyAbsences(person.name);
  const [member] = await withAbsentDates(context, [person]);
  return { member: member!, isNew: added > 0 };
}

/** Removes a member's absence. Fails with `not_found` or `gone` for the member, and with `not_found` if there is none. */
export async function removeMemberAbsence(context: ServiceContext, member: string, date: string): Promise<void> {
  const { db, actor, now } = context;
  const { id: personId } = await requireMember(context, member);
  if (!(await store.removeMemberAbsence(db, actor, { personId, date }, now))) throw notFound();
}

/**
 * Records that the whole team is absent on each date of a range, and deletes the reports of these dates unless a check-in is
 * completed or has remarks. Returns the team, and whether any of these absences is new. Fails with `conflict` for too many.
 */
export async function addTeamAbsences(
  context: ServiceContext,
  range: store.DateRange,
): Promise<{ team: AbsentTeam; isNew: boolean }> {
  const { db, actor } = context;
  const added = await store.addTeamAbsences(db, actor, datesOf(range), todayOf(context));
  if (added === null) throw tooManyAbsences("the team");
  return { team: await readTeam(context), isNew: added > 0 };
}

/** Removes an absence of the whole team; the next request creates the report of today. Fails with `not_found`. */
export async function removeTeamAbsence({ db, actor }: ServiceContext, date: string): Promise<void> {
  if (!(await store.removeTeamAbsence(db, actor, date))) throw notFound();
}

/** Which absences to list: without `from`, of today and later; without `to`, all later ones. */
export type AbsenceQuery = { from?: string | undefined; to?: string | undefined } & Page;

/** Lists a page of the absences of the team's members, by date. */
export async function listMemberAbsences(
  context: ServiceContext,
  query: AbsenceQuery,
): Promise<{ date: string; member: AbsentMember }[]> {
  const { db, actor } = context;
  const absences = await store.listMemberAbsences(db, actor, rangeOf(context, query), query);
  const personIds = [...new Set(absences.map(({ personId }) => personId))];
  const members = await withAbsentDates(context, await listPeopleById(db, actor, personIds));
  const byId = new Map(members.map((member) => [member.id, member]));
  return absences.map(({ personId, date }) => ({ date, member: byId.get(personId)! }));
}

/** Lists a page of one member's absences, by date. Fails with `not_found` or `gone` for the member. */
export async function listAbsencesOfMember(
  context: ServiceContext,
  reference: string,
  query: AbsenceQuery,
): Promise<{ member: AbsentMember; dates: string[] }> {
  const { db, actor } = context;
  const person = await requireMember(context, reference);
  const dates = await store.listDatesOfMember(db, actor, person.id, rangeOf(context, query), query);
  const [member] = await withAbsentDates(context, [person]);
  return { member: member!, dates };
}

/** Lists a page of the absences of the whole team, by date. */
export async function listTeamAbsences(
  context: ServiceContext,
  query: AbsenceQuery,
): Promise<{ team: AbsentTeam; dates: string[] }> {
  const { db, actor } = context;
  const dates = await store.listTeamAbsences(db, actor, rangeOf(context, query), query);
  return { team: await readTeam(context), dates };
}

/** Adds to members the dates, today and later, on which they are absent: one query, however many members. */
export async function withAbsentDates(
  context: Pick<ServiceContext, "db" | "actor" | "now">,
  members: readonly Person[],
): Promise<AbsentMember[]> {
  const { db, actor } = context;
  const personIds = members.map(({ id }) => id);
  const dates = await store.listAbsentDates(db, actor, personIds, todayOf(context));
  return members.map((member) => ({ ...member, absentDates: dates.get(member.id) ?? [] }));
}

/** The range in which all later dates are. */
const LAST_DATE = "9999-12-31";

const rangeOf = (context: ServiceContext, { from, to }: AbsenceQuery): store.DateRange => ({
  from: from ?? todayOf(context),
  to: to ?? LAST_DATE,
});

const todayOf = ({ actor, now }: Pick<ServiceContext, "actor" | "now">): string => localDate(now, actor.team.timeZone);

async function readTeam(context: ServiceContext): Promise<AbsentTeam> {
  const { db, actor } = context;
  const { name, slug, timeZone } = actor.team;
  const later = { from: todayOf(context), to: LAST_DATE };
  const absentDates = await store.listTeamAbsences(db, actor, later, { page: 1, size: store.MAX_ABSENCES });
  return { id: actor.teamId, name, slug, timeZone, absentDates };
}

const tooManyAbsences = (name: string) =>
  conflict(`${name} would be absent on more than ${store.MAX_ABSENCES} dates from today on`);
