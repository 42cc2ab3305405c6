import type { SystemContext } from "../../auth/actor.ts";
import { rootCause } from "../../lib/root_cause.ts";
import { createDueReports, listDueTeams, listStartedDays } from "./due_service.ts";

type Context = Pick<SystemContext, "db" | "now">;
type DueTeam = Awaited<ReturnType<typeof listDueTeams>>[number];

/** How many teams get their reports in one batch; each report comes with a check-in for every member. */
const TEAMS_PER_BATCH = 100;

/**
 * Creates today's report of every team that has none and whose local time is past 06:00. A team that fails is logged and
 * does not stop the others; the next run tries it again. Returns how many teams failed.
 */
export async function createMorningReports(context: Context, batchSize = TEAMS_PER_BATCH): Promise<number> {
  const days = await listStartedDays(context);
  let failures = 0;
  let teams: DueTeam[];
  let afterId = "";
  do {
    teams = await listDueTeams(context, days, { afterId, limit: batchSize });
    failures += await createBatch(context, teams);
    afterId = teams.at(-1)?.teamId ?? afterId;
  } while (teams.length === batchSize);
  return failures;
}

/** Creates the reports of teams in one batch; if that fails, one team at a time. Returns how many teams failed. */
async function createBatch(context: Context, teams: DueTeam[]): Promise<number> {
  try {
    await createDueReports(context, teams);
    return 0;
  } catch (error) {
    const [first, ...others] = teams;
    if (others.length === 0) {
      console.error("check-ins: could not create the report of team", first?.teamId, rootCause(error));
      return teams.length;
    }
    let failures = 0;
    for (const team of teams) failures += await createBatch(context, [team]);
    return failures;
  }
}
