import { formatInstant } from "../../lib/instant.ts";

/** An event as the store reads it: times in UTC milliseconds, details as JSON text. */
export type EventRow = {
  id: string;
  personId: string;
  identifier: string;
  integrationId: string | null;
  kind: string;
  externalId: string;
  title: string;
  scope: string;
  url: string | null;
  details: string | null;
  occurredAt: number;
  createdAt: number;
  updatedAt: number;
};

/** The fields of an event, in the order of its CSV. */
export const EVENT_COLUMNS = [
  ...["id", "person_id", "identifier", "integration_id", "kind", "external_id", "title", "scope", "url", "details"],
  ...["occurred_at", "created_at", "updated_at"],
] as const;

/** An event as the API shows it. */
export const eventBody = (row: EventRow) => ({
  id: row.id,
  person_id: row.personId,
  identifier: row.identifier,
  integration_id: row.integrationId,
  kind: row.kind,
  external_id: row.externalId,
  title: row.title,
  scope: row.scope,
  url: row.url,
  details: row.details === null ? null : (JSON.parse(row.details) as object),
  occurred_at: formatInstant(row.occurredAt),
  created_at: formatInstant(row.createdAt),
  updated_at: formatInstant(row.updatedAt),
});
