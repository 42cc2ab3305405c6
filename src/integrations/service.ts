import type { ServiceContext } from "../auth/actor.ts";
import { cutPage } from "../lib/cursor.ts";
import { MINUTE_MS } from "../lib/duration.ts";
import { notFound } from "../lib/failure.ts";
import { newId, newIntegrationKey, newTeamKey } from "../lib/id.ts";
import * as store from "./store.ts";

/** Lists a page of the team's integrations, the newest first, and where the next page begins. */
export async function listIntegrations({ db, actor }: ServiceContext, { limit, cursor }: store.Page) {
  const rows = await store.listIntegrations(db, actor, { limit: limit + 1, cursor });
  return cutPage(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
}

/** Returns an integration of the team. Fails with `not_found`. */
export async function getIntegration({ db, actor }: ServiceContext, id: string): Promise<store.Integration> {
  return required(await store.findIntegration(db, actor, id));
}

/** Creates an integration with its first key. The key is in this result and nowhere else. */
export async function createIntegration({ db, actor, now }: ServiceContext, settings: store.IntegrationSettings) {
  const key = newIntegrationKey();
  const integration = await store.createIntegration(db, actor, { id: newId(), key, ...settings }, now);
  return { ...integration, key };
}

/** Changes the settings that are given, from the next request on. Fails with `not_found`. */
export async function changeIntegration(
  { db, actor }: ServiceContext,
  id: string,
  change: store.IntegrationChange,
): Promise<store.Integration> {
  return required(await store.changeIntegration(db, actor, id, change));
}

/** Removes an integration; its keys stop working. Fails with `not_found`. */
export async function removeIntegration({ db, actor, now }: ServiceContext, id: string): Promise<void> {
  if (!(await store.removeIntegration(db, actor, id, now))) throw notFound();
}

/**
 * Gives an integration a new key; the old ones work for `keepOldForMinutes` more. The key is in this result and nowhere
 * else. `oldKeyExpiresAt` is null where the old keys stop at once. Fails with `not_found`.
 */
export async function rotateIntegrationKey({ db, actor, now }: ServiceContext, id: string, keepOldForMinutes: number) {
  const key = newIntegrationKey();
  const rotation = { key, keepUntil: now + keepOldForMinutes * MINUTE_MS };
  const integration = required(await store.rotateKey(db, actor, id, rotation, now));
  return { ...integration, key, oldKeyExpiresAt: keepOldForMinutes > 0 ? rotation.keepUntil : null };
}

/** Gives the team a new key, as `rotateIntegrationKey` does for an integration. */
export async function rotateTeamKey({ db, actor, now }: ServiceContext, keepOldForMinutes: number) {
  const key = newTeamKey();
  const rotation = { key, keepUntil: now + keepOldForMinutes * MINUTE_MS };
  await store.rotateTeamKey(db, actor, rotation, now);
  return { key, oldKeyExpiresAt: keepOldForMinutes > 0 ? rotation.keepUntil : null };
}

function required(integration: store.Integration | undefined): store.Integration {
  if (!integration) throw notFound();
  return integration;
}
