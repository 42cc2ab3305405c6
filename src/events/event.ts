/** An event to store: texts trimmed, `occurredAt` in UTC milliseconds. */
export type NewEvent = {
  kind: string;
  /** The id of the event in its tool, unique within the team. An event with the same id replaces it. */
  externalId: string;
  /** Who did it, as the tool names them. */
  identifier: string;
  occurredAt: number;
  title: string;
  scope: string;
  url: string | null;
  details: object | null;
  /** The description of a status activity with its markup, as sent. Other events have none. */
  html?: string | null;
};

/** A stored event and its person. Times are UTC milliseconds, `details` is JSON text. */
export type EventRow = {
  id: string;
  personId: string;
  identifier: string;
  /** Null for an event that was sent with the team key. */
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
