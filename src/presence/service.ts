import type { ServiceContext, SystemContext } from "../auth/actor.ts";
import { type Cursor, cutPage } from "../lib/cursor.ts";
import { badRequest, Failure } from "../lib/failure.ts";
import { addToRefused } from "../people/identity_count_store.ts";
import {
  type HeartbeatOutcome,
  isTooOld,
  MAX_AHEAD_MS,
  type ReportedHeartbeat,
  withoutDetails,
} from "./heartbeat/heartbeat.ts";
import { presencePosition } from "./object/live_message.ts";
import * as store from "./store.ts";
import { listPeople, openSocket, sendHeartbeat, type TeamRef, wakeObject } from "./stub.ts";

/**
 * Records a heartbeat of the calling integration. It is durable in the team's object when this returns. One that is more
 * than 24 hours old changes nothing (`isTooOld`). Not recorded are the users whose positions are in `refused`: they are new,
 * and the integration may create no more identities today. A new source of an integration with too many of them replaces the
 * one that was silent for longest. Fails with `bad_request` where its timestamp is more than 5 minutes ahead,
 * and with `not_allowed` for a caller that is no integration.
 */
export async function recordHeartbeat(
  { db, objects, actor, now }: ServiceContext,
  { timestamp, source, users }: ReportedHeartbeat,
): Promise<HeartbeatOutcome & { isTooOld: boolean }> {
  const { accountId, teamId, directoryVersion, integration, team } = actor;
  if (!integration) throw new Failure("not_allowed");
  if (timestamp > now + MAX_AHEAD_MS) {
    throw badRequest([{ path: "timestamp", message: "must not be more than 5 minutes ahead" }]);
  }
  const nothing = { refused: [], hasTooManySources: false };
  if (isTooOld(timestamp, now)) return { isTooOld: true, ...nothing };
  if (users.identifier.length === 0) return { isTooOld: false, ...nothing };
  const { refused, hasTooManySources } = await sendHeartbeat(objects, {
    ...{ accountId, teamId, directoryVersion, source, at: timestamp },
    ...{ integrationId: integration.id, timeoutMs: integration.timeoutMs },
    newIdentitiesPerDay: team.newIdentitiesPerDay,
    users: team.storesDetails ? users : withoutDetails(users),
  });
  // The heartbeat is recorded, so D1 may fail: this count is for monitoring alone.
  if (refused.length > 0) {
    await addToRefused(db, actor, { integrationId: integration.id }, refused.length, now).catch(() => {});
  }
  return { isTooOld: false, refused, hasTooManySources };
}

/** Which people to list: the present, the absent, or all. `cursor`: where the page begins. */
export type PresenceQuery = { present?: boolean | undefined; limit: number; cursor?: Cursor | undefined };

/** Lists a page of the people that the team's integrations ever reported, by name, and where the next page begins. */
export async function listPresence({ objects, actor }: ServiceContext, { present, limit, cursor }: PresenceQuery) {
  const after = cursor && { name: String(cursor.at), personId: cursor.id };
  const people = await listPeople(objects, actor, { present, after, limit: limit + 1 });
  return cutPage(people, limit, presencePosition);
}

/** How long a client waits for a free socket, in seconds: sockets close at any time. */
const SOCKET_RETRY_AFTER = 60;

/**
 * Opens a WebSocket on which the team's object sends everyone's presence at once, and then every change. It is closed when
 * the key that opened it ends. Fails with `invalid_api_key` and `integration_not_active` where the object knows of the end of
 * the key already, and with `too_many_requests` where 200 sockets of the integration, or of the team key, are open.
 */
export async function openLiveSocket({ objects, actor }: ServiceContext) {
  const key = { ...actor.key, integrationId: actor.integration?.id ?? null };
  const opened = await openSocket(objects, actor, key);
  if (typeof opened !== "string") return opened;
  if (opened !== "too_many_requests") throw new Failure(opened);
  throw new Failure(opened, {
    text: "Too many live sockets: at most 200 for an integration, or for the team key",
    retryAfter: SOCKET_RETRY_AFTER,
  });
}

/** Lists the teams whose integrations were used after `since`, UTC milliseconds. */
export const listActiveTeams = ({ db }: SystemContext, since: number): Promise<TeamRef[]> =>
  store.listActiveTeams(db, since);

/** Has a team's object do all work that is due, even if its alarm was lost. */
export const wakeTeam = ({ objects }: SystemContext, team: TeamRef): Promise<void> => wakeObject(objects, team);
