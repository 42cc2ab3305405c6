import type { Bench } from "./harness.ts";
import type { History, Page } from "./reading.ts";
import { addNewEvents, refreshAll, subscribeAll } from "./subscriptions.ts";
import type { BenchTeam } from "./team.ts";

/** The subscription of the first person of each team, by the id of the team. */
const subscriptions = new Map<string, string>();

/** Subscribes every person and counts every day of their history, as on a deployment where cron has always run. */
export async function settleSnapshots(bench: Bench, histories: History[]): Promise<void> {
  const teams = histories.map(({ team }) => team);
  const ids = await subscribeAll(bench, teams);
  for (const { teamId, people } of teams) subscriptions.set(teamId, ids.get(people[0]!.id)!);
  await refreshAll(bench);
}

/** Returns two pages: the snapshot of a quarter as stored, and the snapshot refreshed after an event. */
export function snapshotPages(bench: Bench): Page[] {
  const ask = (verb: string) => (team: BenchTeam, origin: string) => ({
    url: `${origin}/api/v1/stats-notifications/${subscriptions.get(team.teamId)}${verb}`,
    headers: team.asTeam,
    ...(verb !== "" && { body: "{}" }),
  });
  return [
    { name: "quarter snapshot", ask: ask("") },
    {
      name: "quarter snapshot refreshed after an event",
      ask: ask("/refresh"),
      before: (team) => addNewEvents(bench, [team]),
    },
  ];
}
