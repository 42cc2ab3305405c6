import type { EventRow } from "../../events/event.ts";
import { formatInstant } from "../../lib/instant.ts";

/** The columns of events as CSV. */
export const EVENT_COLUMNS = [
  ...["id", "person_id", "identifier", "integration_id", "kind", "external_id", "title", "scope", "url", "details"],
  ...["occurred_at", "created_at", "updated_at"],
] as const;

/** Shows an event. */
export const eventBody = (event: EventRow) => ({
  id: event.id,
  person_id: event.personId,
  identifier: event.identifier,
  integration_id: event.integrationId,
  kind: event.kind,
  external_id: event.externalId,
  title: event.title,
  scope: event.scope,
  url: event.url,
  details: event.details === null ? null : (JSON.parse(event.details) as object),
  occurred_at: formatInstant(event.occurredAt),
  created_at: formatInstant(event.createdAt),
  updated_at: formatInstant(event.updatedAt),
});
