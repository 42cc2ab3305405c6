import type { ServiceContext, SystemContext } from "../auth/actor.ts";
import * as store from "../integrations/store.ts";
import { forEachConcurrently } from "../lib/concurrency.ts";
import { MINUTE_MS } from "../lib/duration.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { newIntegrationKey, newTeamKey, sha256 } from "../lib/id.ts";
import { changeKeys } from "./stub.ts";
import { showToViewers } from "./viewers_service.ts";

// In this slice and not in integrations: a change that ends keys reaches the team's object first, so that it refuses them and
// closes their sockets, and then D1. A verb returns only when both have it. If one of them fails, it fails with
// `unavailable`, the keys stay refused by the object, and the same call can be repeated.

/** Changes the settings that are given, from the next request on. Fails with `not_found` and `unavailable`. */
export async function changeIntegration(
  context: ServiceContext,
  id: string,
  change: store.IntegrationChange,
): Promise<store.Integration> {
  const { db, objects, actor } = context;
  const setActive = (isActive: boolean) =>
    changeKeys(objects, actor.teamId, { kind: "setActive", integrationId: id, isActive });
  if (change.active === false) await endOfExisting(context, id, () => setActive(false));
  const changed = await inBoth(() => store.changeIntegration(db, actor, id, change));
  if (!changed) throw notFound();
  // Last: until D1 has the integration as active, no key of it may open a socket.
  if (change.active) await inBoth(() => setActive(true));
  // Blocks of an inactive integration end.
  await showToViewers(context);
  return changed;
}

/** Removes an integration; its keys stop working. Fails with `not_found` and `unavailable`. */
export async function removeIntegration(context: ServiceContext, id: string): Promise<void> {
  const { db, objects, actor, now } = context;
  const allKeys = { kind: "end", integrationId: id, createdUntil: Number.MAX_SAFE_INTEGER, endsAt: now } as const;
  await endOfExisting(context, id, () => changeKeys(objects, actor.teamId, allKeys));
  if (!(await inBoth(() => store.removeIntegration(db, actor, id, now)))) throw notFound();
  await showToViewers(context);
}

/**
 * Gives an integration a new key; the old ones work for `keepOldForMinutes` more. The key is in this result and nowhere
 * else. `oldKeyExpiresAt` is null where the old keys stop at once. Fails with `not_found` and `unavailable`.
 */
export async function rotateIntegrationKey(context: ServiceContext, id: string, keepOldForMinutes: number) {
  const { db, objects, actor, now } = context;
  const rotation = { key: newIntegrationKey(), keepUntil: now + keepOldForMinutes * MINUTE_MS };
  await endOfExisting(context, id, () => changeKeys(objects, actor.teamId, endedBy(context, id, rotation)));
  const rotated = await inBoth(() => store.rotateKey(db, actor, id, rotation, now));
  if (!rotated) throw notFound();
  await inBoth(() => confirm(context, id, rotation, rotated.ended));
  return { ...rotated.integration, key: rotation.key, oldKeyExpiresAt: oldKeyExpiry(rotation, keepOldForMinutes) };
}

/** Gives the team a new key, as `rotateIntegrationKey` does for an integration. */
export async function rotateTeamKey(context: ServiceContext, keepOldForMinutes: number) {
  const { db, objects, actor, now } = context;
  const rotation = { key: newTeamKey(), keepUntil: now + keepOldForMinutes * MINUTE_MS };
  await inBoth(() => changeKeys(objects, actor.teamId, endedBy(context, null, rotation)));
  const ended = await inBoth(() => store.rotateTeamKey(db, actor, rotation, now));
  await inBoth(() => confirm(context, null, rotation, ended));
  return { key: rotation.key, oldKeyExpiresAt: oldKeyExpiry(rotation, keepOldForMinutes) };
}

/**
 * Ends all keys of teams, first in their objects and then, by `inDatabase`, in D1. Fails with `unavailable`.
 */
export async function endKeysOfTeams(
  { objects }: Pick<SystemContext, "objects">,
  teamIds: string[],
  inDatabase: () => Promise<void>,
): Promise<void> {
  await inBoth(() => forEachConcurrently(teamIds, (teamId) => changeKeys(objects, teamId, { kind: "endAll" })));
  await inBoth(inDatabase);
}

const oldKeyExpiry = ({ keepUntil }: store.Rotation, keepOldForMinutes: number): number | null =>
  keepOldForMinutes > 0 ? keepUntil : null;

const endedBy = ({ now }: ServiceContext, integrationId: string | null, { keepUntil }: store.Rotation) =>
  ({ kind: "end", integrationId, createdUntil: now, endsAt: keepUntil }) as const;

/** Has the object register the new key, and end those that another rotation made by a faster clock. */
async function confirm(
  context: ServiceContext,
  integrationId: string | null,
  rotation: store.Rotation,
  ended: store.EndedKey[],
): Promise<void> {
  const { objects, actor, now } = context;
  const digests = ended.filter(({ createdAt }) => createdAt > now).map(({ digest }) => digest);
  const ofRotation = endedBy(context, integrationId, rotation);
  if (digests.length > 0) await changeKeys(objects, actor.teamId, { ...ofRotation, digests });
  const digest = await sha256(rotation.key);
  const key = { digest, integrationId, createdAt: now, expiresAt: null };
  await changeKeys(objects, actor.teamId, { kind: "add", key });
}

/**
 * Has the object end keys of an integration of the team. Also does so where D1 cannot say whether the integration exists:
 * then the call must be repeated.
 */
async function endOfExisting({ db, actor }: ServiceContext, id: string, end: () => Promise<void>): Promise<void> {
  const found = await store.findIntegration(db, actor, id).catch((error: unknown) => ({ error }));
  if (found === undefined) throw notFound();
  await inBoth(end);
  if ("error" in found) throw unavailable(found.error);
}

/** Does one step of a change that both the object and D1 must have. */
async function inBoth<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof Failure ? error : unavailable(error);
  }
}

const unavailable = (cause: unknown): Failure => new Failure("unavailable", { retryAfter: 5, cause });
