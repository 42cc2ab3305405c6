import type { ServiceContext } from "../auth/actor.ts";
import { type Cursor, cutPage } from "../lib/cursor.ts";
import { notFound } from "../lib/failure.ts";
import { erasePeople } from "./service.ts";
import * as store from "./tool_named_store.ts";

/** People whom one call erases. */
const PEOPLE_OF_CALL = 500;

/**
 * Lists a page of the people whom only one integration has named, the oldest first, how many there are, and where the next
 * page begins. Changes nothing: this shows what `removeToolNamed` removes. Fails with `not_found` where the integration is not
 * the team's.
 */
export async function listToolNamed(
  context: ServiceContext,
  filter: store.ToolNamedFilter,
  { limit, cursor }: { limit: number; cursor?: Cursor | undefined },
): Promise<{ total: number; rows: store.ToolNamedPerson[]; nextCursor: string | null }> {
  const { db, actor } = context;
  await requireIntegration(context, filter);
  const [total, found] = await Promise.all([
    store.countToolNamed(db, actor, filter),
    store.listToolNamed(db, actor, filter, { limit: limit + 1, after: cursor }),
  ]);
  return { total, ...cutPage(found, limit, ({ createdAt, id }) => ({ at: createdAt, id })) };
}

/**
 * Erases people whom only one integration has named, with everything that it reported about them: the oldest first, up to
 * 500 of them in one call. `left` is how many the next call finds. Fails with `not_found` where the integration is not the
 * team's.
 */
export async function removeToolNamed(
  context: ServiceContext,
  filter: store.ToolNamedFilter,
): Promise<{ removed: number; left: number }> {
  const { db, actor } = context;
  await requireIntegration(context, filter);
  const found = await store.listToolNamed(db, actor, filter, { limit: PEOPLE_OF_CALL });
  if (found.length === 0) return { removed: 0, left: 0 };
  const isErased = await erasePeople(
    context,
    found.map(({ id }) => id),
  );
  return { removed: isErased ? found.length : 0, left: await store.countToolNamed(db, actor, filter) };
}

async function requireIntegration({ db, actor }: ServiceContext, { integrationId }: store.ToolNamedFilter) {
  if (!(await store.hasIntegration(db, actor, integrationId))) throw notFound();
}
