import type { ServiceContext } from "../auth/actor.ts";
import { presenceOf } from "../presence/stub.ts";
import { refreshLag } from "../statistics/stale_store.ts";
import type { Metric } from "./exposition.ts";
import { countTeam } from "./store.ts";
import { teamMetrics } from "./team_metrics.ts";

/** Measures the caller's team: its object, its rows in D1, and how far its statistics are behind. */
export async function measureTeam({ db, objects, actor, now }: ServiceContext): Promise<Metric[]> {
  const [live, counts, lagMs] = await Promise.all([
    presenceOf(objects, actor.teamId, (object) => object.metrics(actor.directoryVersion)),
    countTeam(db, actor),
    refreshLag(db, actor, now),
  ]);
  return teamMetrics({ ...live, ...counts, lagMs });
}
