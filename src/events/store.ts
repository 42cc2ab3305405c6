import { and, asc, desc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import { atomicallyNamed, type Database } from "../db/client.ts";
import { events, identities } from "../db/schema/index.ts";
import { newId } from "../lib/id.ts";
import type { Interval } from "../lib/interval.ts";
import { pages } from "../lib/pages.ts";
import { type Creator, linkStatements, newIdentity, type Tenant } from "../people/store.ts";
import { storesDetails } from "../presence/details_store.ts";
import { isCompleted } from "./completion.ts";
import { sortKeys } from "./details.ts";
import type { EventRow, NewEvent } from "./event.ts";

/**
 * Stores events, and links the identities they name, in one atomic batch. Each `externalId` may occur once. An event that
 * the team already has with the same content writes no row; one with other content is replaced, except for its id and
 * creation time. Returns how many were created and how many updated, and the identifiers that `creator` may not create
 * today: their events are not stored. Where the team stores no details, whether the event is completed is still computed
 * from them.
 *
 * The triggers `events_stale_new` and `events_stale_changed` mark the days whose statistics must be counted again.
 */
export async function saveEvents(
  db: Database,
  tenant: Tenant,
  creator: Creator,
  batch: readonly NewEvent[],
  now: number,
): Promise<{ created: number; updated: number; refused: Set<string> }> {
  if (batch.length === 0) return { created: 0, updated: 0, refused: new Set() };
  const identifiers = new Set(batch.map((event) => event.identifier));
  const newIdentities = await Promise.all(
    [...identifiers].map((identifier) =>
      newIdentity(tenant.accountId, { identifier, name: null, email: null, timeZone: null }),
    ),
  );
  const identityIds = new Map(newIdentities.map(({ identifier, identityId }) => [identifier, identityId]));
  const rows = batch.map(({ identifier, details, ...event }) => ({
    ...event,
    id: newId(),
    identityId: identityIds.get(identifier)!,
    details: sortKeys(details),
    completed: isCompleted(details) ? 1 : 0,
  }));
  const { written, refused } = await atomicallyNamed(db, {
    linked: linkStatements(tenant, creator, newIdentities, now),
    written: [...pages(rows)].flatMap((page) => [
      upsertEvents(tenant, creator.integrationId, JSON.stringify(page), now),
      addToEventsAccepted(tenant),
    ]),
    refused: creator.limit === undefined ? [] : [...pages(newIdentities)].map(selectMissing),
  });
  const newIds = new Set(rows.map((row) => row.id));
  const created = written.filter(({ id }) => newIds.has(String(id))).length;
  const refusedIdentifiers = new Set(refused.map(({ identifier }) => String(identifier)));
  return { created, updated: written.length - created, refused: refusedIdentifiers };
}

/** Selects the identifiers of those identities that do not exist. */
const selectMissing = (page: { identityId: string; identifier: string }[]): SQL => sql`
  SELECT reported.value ->> 'identifier' AS identifier FROM json_each(${JSON.stringify(page)}) reported
  WHERE NOT EXISTS (SELECT 1 FROM identities WHERE id = reported.value ->> 'identityId')`;

/**
 * Returns the ids of the rows it wrote. An event that was there keeps its id, so an id that is not in `rows` belongs to an
 * updated event. `html` is not compared: it has the same text as the title, and a tool that reads the event from the
 * Events API and sends it back has no `html`. An event of an identity that was refused is left out.
 */
const upsertEvents = ({ teamId }: Tenant, integrationId: string | null, rows: string, now: number): SQL => sql`
  INSERT INTO events
    (id, team_id, external_id, identity_id, integration_id, kind, title, scope, url, html, details, occurred_at,
      completed, created_at, updated_at)
  SELECT event.value ->> 'id', ${teamId}, event.value ->> 'externalId', event.value ->> 'identityId', ${integrationId},
    event.value ->> 'kind', event.value ->> 'title', event.value ->> 'scope', event.value ->> 'url',
    event.value ->> 'html', CASE WHEN ${storesDetails({ teamId })} THEN event.value ->> 'details' END,
    event.value ->> 'occurredAt', event.value ->> 'completed', ${now}, ${now}
  FROM json_each(${rows}) AS event WHERE EXISTS (SELECT 1 FROM identities WHERE id = event.value ->> 'identityId')
  ON CONFLICT (team_id, external_id) DO UPDATE SET
    identity_id = excluded.identity_id, integration_id = excluded.integration_id, kind = excluded.kind,
    title = excluded.title, scope = excluded.scope, url = excluded.url, html = excluded.html, details = excluded.details,
    occurred_at = excluded.occurred_at, completed = excluded.completed, updated_at = excluded.updated_at
  WHERE (events.identity_id, events.kind, events.title, events.scope, events.url, events.details, events.occurred_at,
      events.completed)
    IS NOT (excluded.identity_id, excluded.kind, excluded.title, excluded.scope, excluded.url, excluded.details,
      excluded.occurred_at, excluded.completed)
  RETURNING id`;

/** Adds the number of rows that the statement before it wrote. Writes nothing where that wrote nothing. */
const addToEventsAccepted = ({ teamId }: Tenant): SQL => sql`
  UPDATE teams SET events_accepted = events_accepted + changes() WHERE id = ${teamId} AND changes() > 0`;

/** Which events to list; an absent field does not restrict. `from` (inclusive) and `to` (exclusive) are UTC milliseconds. */
export type EventFilter = {
  personId?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  /** Compared without regard to the case of ASCII letters. */
  kind?: string | undefined;
  externalId?: string | undefined;
  /** Where the previous page ended. */
  cursor?: { at: number; id: string } | undefined;
};

const columns = {
  id: events.id,
  personId: identities.personId,
  identifier: identities.identifier,
  integrationId: events.integrationId,
  kind: events.kind,
  externalId: events.externalId,
  title: events.title,
  scope: events.scope,
  url: events.url,
  details: events.details,
  occurredAt: events.occurredAt,
  createdAt: events.createdAt,
  updatedAt: events.updatedAt,
};

/** Lists up to `limit` events of the team, the newest first, ties by id. */
export function listEvents(
  db: Database,
  { accountId, teamId }: Tenant,
  { personId, from, to, kind, externalId, cursor }: EventFilter,
  limit: number,
): Promise<EventRow[]> {
  // A cursor before `to` makes `to` redundant. With both bounds, SQLite may seek by `to` and read earlier pages again.
  const isBoundByTo = to !== undefined && !(cursor && cursor.at < to);
  const matches = and(
    eq(events.teamId, teamId),
    from === undefined ? undefined : gte(events.occurredAt, from),
    isBoundByTo ? lt(events.occurredAt, to) : undefined,
    kind === undefined ? undefined : sql`${events.kind} COLLATE NOCASE = ${kind}`,
    externalId === undefined ? undefined : eq(events.externalId, externalId),
    cursor && sql`(${events.occurredAt}, ${events.id}) < (${cursor.at}, ${cursor.id})`,
  );
  // The newest of each identity first, then the newest of these, so that a page does not read all events of a person. The
  // index is named because SQLite otherwise reads the events of the whole team, whose index is already in this order.
  const index = externalId === undefined ? sql`INDEXED BY events_by_identity` : sql``;
  const matchesOfPerson = sql`${identities.accountId} = ${accountId} AND ${identities.personId} = ${personId}
    AND ${events.id} IN (
      SELECT ${events.id} FROM ${events} ${index} WHERE ${matches} AND ${events.identityId} = ${identities.id}
      ORDER BY ${events.occurredAt} DESC, ${events.id} DESC LIMIT ${limit})`;
  return (
    db
      .select(columns)
      .from(events)
      // The unary plus keeps this condition from being used to find events, which would read all of an identity's.
      .innerJoin(identities, sql`${identities.id} = +${events.identityId}`)
      .where(personId === undefined ? matches : matchesOfPerson)
      .orderBy(desc(events.occurredAt), desc(events.id))
      .limit(limit)
  );
}

/** Lists the first `limit` events of a person of the team within the window after a position, the oldest first, ties by id. */
export function listEventsOfPerson(
  db: Database,
  { accountId, teamId }: Tenant,
  personId: string,
  { start, end }: Interval,
  { limit, after }: { limit: number; after: { at: number; id: string } | null },
): Promise<EventRow[]> {
  return (
    db
      .select(columns)
      .from(identities)
      // SQLite reads a cross join in the order written: first the identities, then their events, not the whole team's.
      .crossJoin(events)
      .where(
        and(
          eq(events.teamId, teamId),
          eq(events.identityId, identities.id),
          eq(identities.accountId, accountId),
          eq(identities.personId, personId),
          gte(events.occurredAt, start),
          lt(events.occurredAt, end),
          after ? sql`(${events.occurredAt}, ${events.id}) > (${after.at}, ${after.id})` : undefined,
        ),
      )
      .orderBy(asc(events.occurredAt), asc(events.id))
      .limit(limit)
  );
}
