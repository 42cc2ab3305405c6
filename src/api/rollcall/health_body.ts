import { formatInstant } from "../../lib/instant.ts";
import { VERSION } from "../../lib/version.ts";
import type { Health } from "../../metrics/health.ts";

/** Shows the health of the deployment. */
export const healthBody = ({ isOk, isD1Reachable, areObjectsReachable, crons }: Health) => ({
  status: isOk ? "ok" : "failing",
  version: VERSION,
  d1: { reachable: isD1Reachable },
  objects: { reachable: areObjectsReachable },
  crons: crons.map((cron) => ({
    cron: cron.cron,
    ok: cron.isOk,
    last_run_at: cron.succeededAt === null ? null : formatInstant(cron.succeededAt),
    age_seconds: cron.ageMs === null ? null : Math.floor(cron.ageMs / 1000),
  })),
});
