import type { ServiceContext } from "../auth/actor.ts";
import { readObjectMetrics } from "../presence/stub.ts";
import { refreshLag } from "../statistics/stale_store.ts";
import type { Metric } from "./exposition.ts";
import { countTeam } from "./store.ts";
import { teamMetrics } from "./team_metrics.ts";

/** Measures the caller's team: by its object, by its rows in D1, and by the age of its oldest uncounted change. */
export async function measureTeam({ db, objects, actor, now }: ServiceContext): Promise<Metric[]> {
  const [live, counts, lagMs] = await Promise.all([
    readObjectMetrics(objects, actor),
    countTeam(db, actor),
    refreshLag(db, actor, now),
  ]);
  return teamMetrics({ ...live, ...counts, lagMs });
}
