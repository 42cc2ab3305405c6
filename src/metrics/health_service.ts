import type { SystemContext } from "../auth/actor.ts";
import { reachObjects } from "../presence/stub.ts";
import { type Health, judge } from "./health.ts";
import { readCronRuns, saveCronRun } from "./health_store.ts";

/** Waits for a call to a part of the deployment, with a time limit; null where it fails. */
type AnswerOf = <T>(part: string, call: Promise<T>) => Promise<T | null>;

/** Checks whether the deployment works: D1, the objects and cron. It reads no team's data and wakes no team's object. */
export async function checkHealth({ db, objects, now }: SystemContext, answerOf: AnswerOf): Promise<Health> {
  const reached = reachObjects(objects).then(() => true);
  const [runs, areObjectsReachable] = await Promise.all([
    answerOf("D1", readCronRuns(db)),
    answerOf("the objects", reached),
  ]);
  return judge(runs, areObjectsReachable ?? false, now);
}

/** Records that all jobs of a cron expression succeeded now. */
export const recordCronRun = ({ db, now }: Pick<SystemContext, "db" | "now">, cron: string): Promise<unknown> =>
  saveCronRun(db, cron, now);
