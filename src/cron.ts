import { createMorningReports } from "./checkins/reports/job.ts";
import { type Database, databases } from "./db/client.ts";
import { recordRun } from "./metrics/job.ts";
import { wakeTeams } from "./presence/job.ts";
import { removeExpired } from "./retention/job.ts";
import { recountChangedDays } from "./statistics/job.ts";
import { deliverWebhooks } from "./subscriptions/webhooks/job.ts";

const FIVE_MINUTES_MS = 5 * 60_000;

/** Runs the jobs of a cron expression of wrangler.toml, on every database, and records that none failed. */
export async function scheduled(controller: ScheduledController, env: Env): Promise<void> {
  const now = controller.scheduledTime;
  await runAll(databases(env).flatMap((db) => jobsOf(controller.cron, env, db, now)));
  await runAll(databases(env).map((db) => () => recordRun({ db, now: Date.now() }, controller.cron)));
}

function jobsOf(cron: string, env: Env, db: Database, now: number): Job[] {
  switch (cron) {
    case "*/5 * * * *":
      return [
        () => wakeTeams({ db, objects: env.TEAM_PRESENCE, now }, FIVE_MINUTES_MS),
        () => createMorningReports({ db, now }),
        // The jobs before may have taken minutes, so this one reads the clock.
        () => deliverWebhooks({ db, now: Date.now() }, env.WEBHOOK_SIGNING_KEY),
      ];
    case "*/15 * * * *":
      return [() => recountChangedDays({ db, now }), () => removeExpired({ db, now })];
    default:
      throw new Error(`no job is planned for cron ${cron}`);
  }
}

type Job = () => Promise<unknown>;

/** Runs jobs one after the other, each even if one before it failed; fails at the end if any did. */
async function runAll(jobs: Job[]): Promise<void> {
  const errors: unknown[] = [];
  for (const job of jobs) await job().catch((error) => errors.push(error));
  if (errors.length > 0) throw new AggregateError(errors, "cron: not all jobs succeeded");
}
