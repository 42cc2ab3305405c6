import type { ServiceContext, TeamSettings } from "../auth/actor.ts";
import { badRequest } from "../lib/failure.ts";
import { wakeObject } from "../presence/stub.ts";
import { showToViewers } from "../presence/viewers_service.ts";
import { clearDetails } from "./details_store.ts";
import { MAX_STATUS_CLASSES } from "./status_classes.ts";
import * as store from "./store.ts";

/** A team with its settings. */
export type Team = TeamSettings & { id: string };

/** Returns the caller's team. */
export const getTeam = ({ actor }: ServiceContext): Team => ({ ...actor.team, id: actor.teamId });

/**
 * Changes the settings that are given and returns all of them. Live viewers are sent what changes for them before this
 * returns, as far as `showToViewers` can. Where the team no longer stores details, those stored are
 * cleared. Fails with `bad_request`, and changes nothing, where it would classify too many statuses.
 */
export async function changeTeam(context: ServiceContext, change: store.TeamChange): Promise<Team> {
  const { db, objects, actor } = context;
  const changed = await store.changeTeam(db, actor, change);
  if (!changed) {
    throw badRequest([{ path: "status_classes", message: `must not be more than ${MAX_STATUS_CLASSES} in all` }]);
  }
  if (change.storesDetails !== undefined) {
    // 1. D1 takes no details from here on.
    // 2. The object reads the new setting now, and drops the details that it holds.
    await wakeObject(objects, { teamId: actor.teamId, directoryVersion: changed.directoryVersion });
    // 3. No new details can follow now. If this is interrupted, the same change can be sent again.
    if (!change.storesDetails) await clearDetails(db, actor);
  }
  // Viewers see time zones, and which statuses are working.
  await showToViewers(context);
  return { ...changed.settings, id: actor.teamId };
}
