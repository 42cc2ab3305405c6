import type { ServiceContext } from "../auth/actor.ts";
import { forEachConcurrently } from "../lib/concurrency.ts";
import * as store from "./store.ts";
import { showChanges } from "./stub.ts";

/**
 * Sends live viewers a change of people or settings that D1 has already: those of the caller's team, and of the other teams
 * that the people are on, or were, up to 100 teams. Never fails: if an object cannot be reached, the change in D1 stays, and
 * the viewers get it with the next request or heartbeat of their team, or from cron within five minutes.
 */
export async function showToViewers(
  { db, objects, actor }: Pick<ServiceContext, "db" | "objects" | "actor">,
  personIds: string[] = [],
): Promise<void> {
  // D1 had an answer for the change itself a moment ago. Without one now, viewers get the change later.
  const teams = await store.listTeamsOfPeople(db, actor, personIds).catch(() => []);
  await forEachConcurrently(teams, (team) => showChanges(objects, team));
}
