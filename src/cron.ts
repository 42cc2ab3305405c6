import { makeMorningReports } from "./checkins/reports/job.ts";
import { database } from "./db/client.ts";
import { wakeTeams } from "./presence/job.ts";
import { archiveExpired } from "./retention/job.ts";
import { refreshSubscriptions } from "./statistics/job.ts";
import { deliverWebhooks } from "./subscriptions/webhooks/job.ts";

const FIVE_MINUTES_MS = 5 * 60_000;

/** Runs what is due at a cron expression of wrangler.toml. */
export async function scheduled(controller: ScheduledController, env: Env): Promise<void> {
  const [db, now] = [database(env.DB), controller.scheduledTime];
  switch (controller.cron) {
    case "*/5 * * * *":
      await inTurn(
        () => wakeTeams(env, db, now, FIVE_MINUTES_MS),
        () => makeMorningReports(db, now),
        // By the clock: what came before may have taken its time.
        () => deliverWebhooks(env, db, Date.now()),
      );
      return;
    case "*/15 * * * *":
      await inTurn(
        () => refreshSubscriptions(db, now),
        () => archiveExpired(db, now),
      );
      return;
    default:
      throw new Error(`no work is planned for cron ${controller.cron}`);
  }
}

/** Runs one piece of work after the other, each whether or not the one before failed; fails at the end if any did. */
async function inTurn(...work: (() => Promise<unknown>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const run of work) await run().catch((error) => errors.push(error));
  if (errors.length > 0) throw new AggregateError(errors, "cron: not all of the work was done");
}
