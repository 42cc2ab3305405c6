import type { ServiceContext, SystemContext } from "../auth/actor.ts";
import { type Cursor, cutPage } from "../lib/cursor.ts";
import { badRequest, Failure } from "../lib/failure.ts";
import { isTooOld, MAX_AHEAD_MS, type ReportedHeartbeat, withoutDetails } from "./heartbeat/heartbeat.ts";
import * as store from "./store.ts";
import { listPeople, openSocket, sendHeartbeat, type TeamRef, wakeObject } from "./stub.ts";

/**
 * Records a heartbeat of the calling integration. It is durable in the team's object when this returns. One that is more
 * than 24 hours old changes nothing (`isTooOld`). A new source of an integration with too many of them replaces the one that
 * was silent for longest (`hasTooManySources`). Fails with `bad_request` where its timestamp is more than 5 minutes ahead,
 * and with `not_allowed` for a caller that is no integration.
 */
export async function recordHeartbeat(
  { objects, actor, now }: ServiceContext,
  { timestamp, source, users }: ReportedHeartbeat,
): Promise<{ isTooOld: boolean; hasTooManySources: boolean }> {
  const { accountId, teamId, directoryVersion, integration, team } = actor;
  if (!integration) throw new Failure("not_allowed");
  if (timestamp > now + MAX_AHEAD_MS) {
    throw badRequest([{ path: "timestamp", message: "must not be more than 5 minutes ahead" }]);
  }
  if (isTooOld(timestamp, now)) return { isTooOld: true, hasTooManySources: false };
  if (users.identifier.length === 0) return { isTooOld: false, hasTooManySources: false };
  const { hasTooManySources } = await sendHeartbeat(objects, {
    ...{ accountId, teamId, directoryVersion, source, at: timestamp },
    ...{ integrationId: integration.id, timeoutMs: integration.timeoutMs },
    users: team.storesDetails ? users : withoutDetails(users),
  });
  return { isTooOld: false, hasTooManySources };
}

/** Which people to list: the present, the absent, or all. `cursor`: where the page begins. */
export type PresenceQuery = { present?: boolean | undefined; limit: number; cursor?: Cursor | undefined };

/** Lists a page of the people that the team's integrations ever reported, by name, and where the next page begins. */
export async function listPresence({ objects, actor }: ServiceContext, { present, limit, cursor }: PresenceQuery) {
  const after = cursor && { name: String(cursor.at), personId: cursor.id };
  const people = await listPeople(objects, actor, { present, after, limit: limit + 1 });
  return cutPage(people, limit, ({ name, personId }) => ({ at: name, id: personId }));
}

/**
 * Opens a WebSocket on which the team's object sends everyone's presence at once, and then every change. It is closed when
 * the integration that opened it is switched off or removed.
 */
export const openLiveSocket = ({ objects, actor }: ServiceContext) =>
  openSocket(objects, actor, actor.integration?.id ?? "team");

/** Lists the teams whose integrations were used after `since`, UTC milliseconds. */
export const listActiveTeams = ({ db }: SystemContext, since: number): Promise<TeamRef[]> =>
  store.listActiveTeams(db, since);

/** Has a team's object do all work that is due, even if its alarm was lost. */
export const wakeTeam = ({ objects }: SystemContext, team: TeamRef): Promise<void> => wakeObject(objects, team);
