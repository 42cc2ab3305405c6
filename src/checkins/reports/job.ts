import type { Database } from "../../db/client.ts";
import { rootCause } from "../../lib/root_cause.ts";
import { addDays, localDate, localMinute, localWeekday } from "../../lib/time_zone.ts";
import { type DueTeam, dueTeams, type Morning, teamZones } from "./due_store.ts";
import { makeReports } from "./lifecycle_store.ts";
import { planReport, type ReportPlan } from "./plan.ts";
import { LOOK_BACK_DAYS } from "./workday.ts";

/** The work day begins at 06:00 local time. */
const DAY_BEGINS_AT_MINUTE = 6 * 60;

/** Teams whose reports are made in one batch, with a check-in for each of their members. */
const TEAMS_AT_ONCE = 100;

/**
 * Makes the report of the day for every team whose day has begun and that has none, a page of teams at a time. What a run
 * leaves undone, the next one finds undone. Answers for how many teams it failed.
 */
export async function makeMorningReports(db: Database, now: number, pageSize = TEAMS_AT_ONCE): Promise<number> {
  const mornings = (await teamZones(db)).flatMap((zone) => morningIn(zone, now) ?? []);
  let failures = 0;
  let teams: DueTeam[];
  let after = "";
  do {
    teams = await dueTeams(db, mornings, after, pageSize);
    failures += await makeDue(db, teams, now);
    after = teams.at(-1)?.teamId ?? after;
  } while (teams.length === pageSize);
  return failures;
}

/** Makes the reports of teams at once; where that fails, of one after the other, so that none stops its neighbours. */
async function makeDue(db: Database, teams: DueTeam[], now: number): Promise<number> {
  try {
    await makeReports(db, teams.flatMap(planDue), now);
    return 0;
  } catch (error) {
    const [first, ...others] = teams;
    if (others.length === 0) {
      console.error("check-ins: could not make the report of team", first?.teamId, rootCause(error));
      return teams.length;
    }
    let failures = 0;
    for (const team of teams) failures += await makeDue(db, [team], now);
    return failures;
  }
}

function planDue({ teamId, workDays, questions, date, absences }: DueTeam): ReportPlan[] {
  const days = { teamId, workDays: JSON.parse(workDays), questions: JSON.parse(questions) };
  const plan = planReport(days, date, JSON.parse(absences));
  return plan ? [plan] : [];
}

/** The day that has begun in a zone; null before its morning. */
function morningIn(zone: string, now: number): Morning | null {
  if (localMinute(now, zone) < DAY_BEGINS_AT_MINUTE) return null;
  const date = localDate(now, zone);
  return { zone, date, weekday: localWeekday(date), since: addDays(date, -LOOK_BACK_DAYS) };
}
