import type { ServiceContext } from "../../auth/actor.ts";
import { cutPage } from "../../lib/cursor.ts";
import { requirePersonIfNamed } from "../../people/lookup_service.ts";
import { flushBlocks } from "../stub.ts";
import { type BlockRow, withLiveState } from "./block_row.ts";
import * as store from "./store.ts";
import { type ClassifiedBlock, classify } from "./work.ts";

/** Which blocks to list: see `BlockFilter`. `person` is any reference of a person. */
type BlockQuery = Omit<store.BlockFilter, "personIds"> & { person?: string | undefined } & store.Page;

/**
 * Lists a page of the team's blocks, the newest first, and where the next page begins. Open blocks have their newest
 * heartbeat. Fails with `not_found` where `person` names no person of the team.
 */
export async function listBlocks(
  context: ServiceContext,
  { person: reference, limit, cursor, ...filter }: BlockQuery,
): Promise<{ rows: ClassifiedBlock[]; nextCursor: string | null }> {
  const { db, objects, actor } = context;
  const person = await requirePersonIfNamed(context, reference);
  // Before the query: the call also sends D1 every block that opened or ended.
  const open = await flushBlocks(objects, actor);
  const stored = await store.listBlocks(
    db,
    actor,
    { ...filter, personIds: person && [person.id] },
    { limit: limit + 1, cursor },
  );
  const { rows, nextCursor } = cutPage(stored, limit, ({ startedAt, id }) => ({ at: startedAt, id }));
  return { rows: classify(withLiveState(rows, open), actor.team.statusClasses), nextCursor };
}

/**
 * Lists every block of the team that overlaps the window, the newest first, or the `oldest`. Open blocks have their newest
 * heartbeat. Without `withDetails`, the details are null.
 */
export async function listBlocksOfWindow(
  { db, objects, actor }: ServiceContext,
  query: store.WindowQuery,
): Promise<BlockRow[]> {
  // Before the query, as in `listBlocks`.
  const open = await flushBlocks(objects, actor);
  return withLiveState(await store.listBlocksOfWindow(db, actor, query), open);
}
