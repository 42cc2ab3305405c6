import { and, asc, desc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import type { EventRow } from "../api/rollcall/event_body.ts";
import { atomically, type Database } from "../db/client.ts";
import { events, identities } from "../db/schema/index.ts";
import { newId } from "../lib/id.ts";
import type { Interval } from "../lib/interval.ts";
import { pages } from "../lib/pages.ts";
import { linkStatements, newIdentity, type Tenant } from "../people/store.ts";
import { storesDetails } from "../presence/blocks/store.ts";
import type { NewEvent } from "./batch.ts";
import { isCompleted } from "./completion.ts";
import { sortKeys } from "./details.ts";

/**
 * Keeps events, in one atomic batch with the identities they name. An event the team has just so writes no row; one it has
 * otherwise is replaced, but for its id and creation time. Answers how many were new and how many changed.
 * No `externalId` may be twice in `batch`. `integrationId` is null for events that come in under the team key. Where the
 * team stores no details, what they say of completion is all that is kept of them.
 */
export async function saveEvents(
  db: Database,
  tenant: Tenant,
  integrationId: string | null,
  batch: readonly NewEvent[],
  now: number,
): Promise<{ created: number; updated: number }> {
  if (batch.length === 0) return { created: 0, updated: 0 };
  const identifiers = new Set(batch.map((event) => event.personIdentifier));
  const newIdentities = await Promise.all(
    [...identifiers].map((identifier) =>
      newIdentity(tenant.accountId, { identifier, name: null, email: null, timeZone: null }),
    ),
  );
  const identityIds = new Map(newIdentities.map(({ identifier, identityId }) => [identifier, identityId]));
  const rows = batch.map(({ personIdentifier, details, ...event }) => ({
    ...event,
    id: newId(),
    identityId: identityIds.get(personIdentifier)!,
    details: sortKeys(details),
    completed: isCompleted(details) ? 1 : 0,
  }));
  const upserts = [...pages(rows)].flatMap((page) => [
    upsert(tenant, integrationId, JSON.stringify(page), now),
    countAccepted(tenant),
  ]);
  const results = await atomically(db, [...linkStatements(tenant, newIdentities, now), ...upserts]);
  const newIds = new Set(rows.map((row) => row.id));
  const written = results.slice(-upserts.length).flatMap(({ results }) => results as { id: string }[]);
  const created = written.filter(({ id }) => newIds.has(id)).length;
  return { created, updated: written.length - created };
}

/**
 * Gives back the ids of the rows it wrote: an id that is not of `rows` is that of a row changed. `html` is not compared: it
 * says what the title says, and a tool that sends an event again as it stands knows nothing of it.
 */
const upsert = ({ teamId }: Tenant, integrationId: string | null, rows: string, now: number): SQL => sql`
  INSERT INTO events
    (id, team_id, external_id, identity_id, integration_id, kind, title, scope, url, html, details, occurred_at,
      completed, created_at, updated_at)
  SELECT e.value ->> 'id', ${teamId}, e.value ->> 'externalId', e.value ->> 'identityId', ${integrationId},
    e.value ->> 'kind', e.value ->> 'title', e.value ->> 'scope', e.value ->> 'url', e.value ->> 'html',
    CASE WHEN ${storesDetails(teamId)} THEN e.value ->> 'details' END, e.value ->> 'timestamp', e.value ->> 'completed', ${now}, ${now}
  FROM json_each(${rows}) e WHERE true
  ON CONFLICT (team_id, external_id) DO UPDATE SET
    identity_id = excluded.identity_id, integration_id = excluded.integration_id, kind = excluded.kind,
    title = excluded.title, scope = excluded.scope, url = excluded.url, html = excluded.html, details = excluded.details,
    occurred_at = excluded.occurred_at, completed = excluded.completed, updated_at = excluded.updated_at
  WHERE (events.identity_id, events.kind, events.title, events.scope, events.url, events.details, events.occurred_at,
      events.completed)
    IS NOT (excluded.identity_id, excluded.kind, excluded.title, excluded.scope, excluded.url, excluded.details,
      excluded.occurred_at, excluded.completed)
  RETURNING id`;

/** Adds to the team's count what the statement before has written; nothing where that wrote nothing. */
const countAccepted = ({ teamId }: Tenant): SQL => sql`
  UPDATE teams SET events_accepted = events_accepted + changes() WHERE id = ${teamId} AND changes() > 0`;

/** What a list of events is narrowed to: all that is left out does not narrow. `from` to `to` is half-open. */
export type EventFilter = {
  personId?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  kind?: string | undefined;
  externalId?: string | undefined;
  /** Where the page before ended. */
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

const newestFirst = [desc(events.occurredAt), desc(events.id)];

/** The team's events, newest first, ties by id. Kinds are compared without regard to the case of ASCII letters. */
export function listEvents(
  db: Database,
  { accountId, teamId }: Tenant,
  { personId, from, to, kind, externalId, cursor }: EventFilter,
  limit: number,
): Promise<EventRow[]> {
  // A place before `to` is the tighter bound; with both, SQLite may seek by `to` and read again what earlier pages showed.
  const isBoundByTo = to !== undefined && !(cursor && cursor.at < to);
  const wanted = and(
    eq(events.teamId, teamId),
    from === undefined ? undefined : gte(events.occurredAt, from),
    isBoundByTo ? lt(events.occurredAt, to) : undefined,
    kind === undefined ? undefined : sql`${events.kind} COLLATE NOCASE = ${kind}`,
    externalId === undefined ? undefined : eq(events.externalId, externalId),
    cursor && sql`(${events.occurredAt}, ${events.id}) < (${cursor.at}, ${cursor.id})`,
  );
  // The newest of each identity, then the newest of those: a page must not read all that a person ever did. Left to itself,
  // SQLite looks through the whole team's events, whose index is in this order already.
  const by = externalId === undefined ? sql`INDEXED BY events_by_identity` : sql``;
  const ofPerson = sql`${identities.accountId} = ${accountId} AND ${identities.personId} = ${personId} AND ${events.id} IN (
    SELECT ${events.id} FROM ${events} ${by} WHERE ${wanted} AND ${events.identityId} = ${identities.id}
    ORDER BY ${events.occurredAt} DESC, ${events.id} DESC LIMIT ${limit})`;
  return (
    db
      .select(columns)
      .from(events)
      // The plus: events are found as above, and not by going through all of an identity's.
      .innerJoin(identities, sql`${identities.id} = +${events.identityId}`)
      .where(personId === undefined ? wanted : ofPerson)
      .orderBy(...newestFirst)
      .limit(limit)
  );
}

/** What a person did on the team within the window, oldest first. */
export function eventsOfPerson(
  db: Database,
  { accountId, teamId }: Tenant,
  personId: string,
  { start, end }: Interval,
): Promise<EventRow[]> {
  return (
    db
      .select(columns)
      .from(identities)
      // A cross join is read in the order written: by identity, not through what the whole team did.
      .crossJoin(events)
      .where(
        and(
          eq(events.teamId, teamId),
          eq(events.identityId, identities.id),
          eq(identities.accountId, accountId),
          eq(identities.personId, personId),
          gte(events.occurredAt, start),
          lt(events.occurredAt, end),
        ),
      )
      .orderBy(asc(events.occurredAt), asc(events.id))
  );
}
