import type { SystemContext } from "../auth/actor.ts";
import { recordCronRun } from "./health_service.ts";

/** Records that all jobs of a cron expression succeeded, for `GET /health`. */
export const recordRun = (context: Pick<SystemContext, "db" | "now">, cron: string): Promise<unknown> =>
  recordCronRun(context, cron);
