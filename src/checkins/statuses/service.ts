import type { ServiceContext } from "../../auth/actor.ts";
import { badRequest, conflict, notFound } from "../../lib/failure.ts";
import { addDays, localDate } from "../../lib/time_zone.ts";
import { requireMember } from "../../people/lookup_service.ts";
import type { Page } from "../paging.ts";
import { addExpectedCheckin } from "../reports/expected_store.ts";
import { ensureReport, ensureReportOn } from "../reports/service.ts";
import { readAnswers, writeAnswers } from "./answer_store.ts";
import { type Answers, hasAnswer } from "./answers.ts";
import type { Checkin, CheckinRow } from "./checkin.ts";
import { withRelatedIds } from "./related_store.ts";
import * as store from "./store.ts";

/** Lists a page of the team's check-ins, the latest completed first, pending ones last. */
export async function listCheckins(context: ServiceContext, page: Page): Promise<Checkin[]> {
  const { db, actor } = context;
  await ensureReport(context);
  const rows = await store.listCheckins(db, actor, page);
  return withRelatedIds(db, actor, rows);
}

/** Returns a check-in by its id or slug. Fails with `not_found`. */
export async function getCheckin(context: ServiceContext, reference: string): Promise<Checkin> {
  await ensureReport(context);
  return readCheckin(context, reference);
}

/** Writes answers to a check-in, named by its id or slug. Fails with `not_found`, and as `saveAnswers` does. */
export async function answerCheckin(context: ServiceContext, reference: string, answers: Answers): Promise<Checkin> {
  await ensureReport(context);
  const { id } = await requireCheckin(context, reference);
  if (!(await saveAnswers(context, id, answers))) throw notFound();
  return readCheckin(context, id);
}

/** How many days back a check-in can be reported. */
const MAX_DAYS_BACK = 31;

/**
 * Writes answers to a member's check-in of a local date, today if none is given; `isNew` tells whether they completed it. The
 * report of a past work day is created where there is none. Fails with `bad_request` for a date that is not one of today and
 * the last 31 days, with `not_found` or `gone` for the member, with `conflict` if the member has no check-in on the date,
 * and as `saveAnswers` does.
 */
export async function submitCheckin(
  context: ServiceContext,
  { member, date, answers }: { member: string; date?: string | undefined; answers: Answers },
): Promise<{ checkin: Checkin; isNew: boolean }> {
  const { actor, now } = context;
  const today = localDate(now, actor.team.timeZone);
  const day = date ?? today;
  if (day > today || day < addDays(today, -MAX_DAYS_BACK)) {
    const message = `must be today (${today}, in the team's time zone) or one of the ${MAX_DAYS_BACK} days before`;
    throw badRequest([{ path: "date", message }]);
  }
  const person = await requireMember(context, member, "member");
  const hasReport = await ensureReportOn(context, day);
  const checkin = await ensureCheckinOn(context, person.id, day);
  const saved = checkin && (await saveAnswers(context, checkin.id, answers));
  if (!saved) {
    const noReport = day === today ? "There is no report today" : `There is no report of ${day}: the team did not work`;
    throw conflict(hasReport ? `${person.name} is not expected to check in` : noReport);
  }
  return { checkin: await readCheckin(context, checkin.id), isNew: saved === "completed" };
}

/** Finds a check-in. Fails with `not_found`. */
export async function requireCheckin(
  { db, actor }: Pick<ServiceContext, "db" | "actor">,
  reference: string,
): Promise<CheckinRow> {
  const row = await store.findCheckin(db, actor, reference);
  if (!row) throw notFound();
  return row;
}

async function readCheckin(context: ServiceContext, reference: string): Promise<Checkin> {
  const row = await requireCheckin(context, reference);
  const [checkin] = await withRelatedIds(context.db, context.actor, [row]);
  return checkin!;
}

/** Finds a person's check-in of a date; null if there is no report, or the person is not expected to check in. */
async function ensureCheckinOn(
  { db, actor, now }: ServiceContext,
  personId: string,
  date: string,
): Promise<CheckinRow | null> {
  const found = await store.findCheckinOn(db, actor, personId, date);
  if (found) return found;
  // A merge, or its undoing, can make a person expected without adding their check-in; so can joining after that day.
  await addExpectedCheckin(db, actor, personId, date, now);
  return store.findCheckinOn(db, actor, personId, date);
}

/** Optimistic retries before giving up. Only a bug needs more: each retry means that another write came between. */
const MAX_TRIES = 100;

/**
 * Writes answers, and tells whether they completed the check-in or edited it; null if it was deleted. Fails with
 * `bad_request` if the check-in is pending and the answers are empty.
 */
async function saveAnswers(
  { db, actor, now }: ServiceContext,
  id: string,
  answers: Answers,
): Promise<"completed" | "edited" | null> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = await readAnswers(db, actor, id);
    if (!before) return null;
    const isPending = before.completedAt === null;
    if (isPending && !hasAnswer(answers)) {
      throw badRequest([{ path: "answers", message: "must not all be empty, to complete a check-in" }]);
    }
    if (await writeAnswers(db, actor, before, answers, now)) return isPending ? "completed" : "edited";
  }
  throw new Error(`check-in ${id} changed during each of ${MAX_TRIES} attempts to write its answers`);
}
