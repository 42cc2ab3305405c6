import type { ServiceContext } from "../auth/actor.ts";
import { cutPage } from "../lib/cursor.ts";
import { notFound } from "../lib/failure.ts";
import { newId, newIntegrationKey } from "../lib/id.ts";
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

function required(integration: store.Integration | undefined): store.Integration {
  if (!integration) throw notFound();
  return integration;
}
