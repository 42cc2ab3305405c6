import type { ServiceContext } from "../../auth/actor.ts";
import { cutPage } from "../../lib/cursor.ts";
import { requirePersonIfNamed } from "../../people/lookup_service.ts";
import { findOpenBlocks, flushBlocks } from "../stub.ts";
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
  await flushBlocks(objects, actor);
  const personIds = person && [person.id];
  const stored = await store.listBlocks(db, actor, { ...filter, personIds }, { limit: limit + 1, cursor });
  const { rows, nextCursor } = cutPage(stored, limit, ({ startedAt, id }) => ({ at: startedAt, id }));
  return { rows: classify(await withPresentState(context, rows, true), actor.team.statusClasses), nextCursor };
}

/**
 * Lists every block of the team that overlaps the window, the newest first, or the `oldest`. Open blocks have their newest
 * heartbeat. Without `withDetails`, the details are null.
 */
export async function listBlocksOfWindow(context: ServiceContext, query: store.WindowQuery): Promise<BlockRow[]> {
  await flushBlocks(context.objects, context.actor);
  const rows = await store.listBlocksOfWindow(context.db, context.actor, query);
  return withPresentState(context, rows, query.withDetails);
}

/**
 * Returns blocks with the present state of those that were open when they were read: from the team's object, and from D1
 * for those that have ended since.
 */
async function withPresentState(
  { db, objects, actor }: ServiceContext,
  rows: BlockRow[],
  withDetails: boolean,
): Promise<BlockRow[]> {
  const readAsOpen = rows.filter(({ endedAt }) => endedAt === null).map(({ id }) => id);
  if (readAsOpen.length === 0) return rows;
  const open = await findOpenBlocks(objects, actor.teamId, readAsOpen, withDetails);
  const openIds = new Set(open.map(({ id }) => id));
  const others = readAsOpen.filter((id) => !openIds.has(id));
  const ended = await store.listBlockStates(db, actor, others, withDetails);
  return withLiveState(rows, [...open, ...ended]);
}
