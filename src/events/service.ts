import type { ServiceContext } from "../auth/actor.ts";
import { cutPage } from "../lib/cursor.ts";
import { addToRefused } from "../people/identity_count_store.ts";
import { requirePersonIfNamed } from "../people/lookup_service.ts";
import { newIdentityRefusal } from "../people/new_identities.ts";
import { type RejectedEvent, splitBatch } from "./batch.ts";
import type { EventRow, NewEvent } from "./event.ts";
import * as store from "./store.ts";

/** The numbers of events of a batch that were created, updated and skipped, and those rejected. */
export type IngestResult = { created: number; updated: number; skipped: number; rejected: RejectedEvent[] };

/**
 * Stores the events of a batch under the caller's team and integration. An event is skipped if the team already has
 * it with the same content, or if a later one of the batch has the same external id. An event is rejected because of its
 * time, or because its identity is new and the integration may create no more today.
 */
export async function ingestEvents(
  { db, actor, now }: ServiceContext,
  batch: readonly NewEvent[],
): Promise<IngestResult> {
  const limit = actor.team.newIdentitiesPerDay;
  const creator = { integrationId: actor.integration?.id ?? null, limit };
  const { accepted, rejected: rejectedForTime } = splitBatch(batch, now, actor.team);
  const { created, updated, refused } = await store.saveEvents(db, actor, creator, accepted, now);
  const isRejected = new Set(rejectedForTime.map(({ index }) => index));
  const rejectedAsNew = batch.flatMap(({ identifier }, index) =>
    refused.has(identifier) && !isRejected.has(index)
      ? [{ index, reason: `personIdentifier: ${newIdentityRefusal(limit)}` }]
      : [],
  );
  if (rejectedAsNew.length > 0) await addToRefused(db, actor, creator, rejectedAsNew.length, now);
  const rejected = [...rejectedForTime, ...rejectedAsNew];
  return { created, updated, skipped: batch.length - rejected.length - created - updated, rejected };
}

/** Which events to list: see `EventFilter`. `person` is any reference of a person. */
type EventQuery = Omit<store.EventFilter, "personId"> & { person?: string | undefined; limit: number };

/**
 * Lists a page of the team's events, the newest first, and where the next page begins. Fails with `not_found` where `person`
 * names no person of the team.
 */
export async function listEvents(
  context: ServiceContext,
  { person: reference, limit, ...filter }: EventQuery,
): Promise<{ rows: EventRow[]; nextCursor: string | null }> {
  const { db, actor } = context;
  const person = await requirePersonIfNamed(context, reference);
  const rows = await store.listEvents(db, actor, { ...filter, personId: person?.id }, limit + 1);
  return cutPage(rows, limit, ({ occurredAt, id }) => ({ at: occurredAt, id }));
}
