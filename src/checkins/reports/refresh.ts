import type { Database } from "../../db/client.ts";
import { rootCause } from "../../lib/root_cause.ts";
import { addDays, localDate, localMinute, localWeekday } from "../../lib/time_zone.ts";
import { dueTeams, type Morning, teamZones } from "./morning_store.ts";
import { planReport } from "./plan.ts";
import { makeReports } from "./store.ts";
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
  let teams: Awaited<ReturnType<typeof dueTeams>>;
  let after = "";
  do {
    teams = await dueTeams(db, mornings, after, pageSize);
    try {
      await makeReports(
        db,
        teams.flatMap((team) => planReport(team, team.date, team.absences) ?? []),
        now,
      );
    } catch (error) {
      failures += teams.length;
      console.error("check-ins: could not make the reports of", teams.length, "teams after", after, rootCause(error));
    }
    after = teams.at(-1)?.teamId ?? after;
  } while (teams.length === pageSize);
  return failures;
}

/** The day that has begun in a zone; null before its morning. */
function morningIn(zone: string, now: number): Morning | null {
  if (localMinute(now, zone) < DAY_BEGINS_AT_MINUTE) return null;
  const date = localDate(now, zone);
  return { zone, date, weekday: localWeekday(date), since: addDays(date, -LOOK_BACK_DAYS) };
}
