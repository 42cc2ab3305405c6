import { database } from "./db/client.ts";
import { wakeTeams } from "./presence/refresh.ts";

const FIVE_MINUTES_MS = 5 * 60_000;

/** Runs what is due at a cron expression of wrangler.toml. */
export async function scheduled(controller: ScheduledController, env: Env): Promise<void> {
  switch (controller.cron) {
    case "*/5 * * * *":
      await wakeTeams(env, database(env.DB), controller.scheduledTime, FIVE_MINUTES_MS);
      return;
    default:
      throw new Error(`no work is planned for cron ${controller.cron}`);
  }
}
