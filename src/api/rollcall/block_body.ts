import { formatInstant } from "../../lib/instant.ts";
import { isWorking, type StatusClasses } from "../../presence/blocks/status.ts";

/** A block as its readers get it. `endedAt` is null while it is open; then `lastSeenAt` is as of the last checkpoint. */
export type BlockRow = {
  id: string;
  personId: string;
  identifier: string;
  integrationId: string;
  source: string;
  status: string;
  details: string | null;
  startedAt: number;
  lastSeenAt: number;
  endedAt: number | null;
};

/** The fields of a block, in the order of its CSV. */
export const BLOCK_COLUMNS = [
  ...["id", "person_id", "identifier", "integration_id", "source", "status", "working"],
  ...["started_at", "ended_at", "last_seen_at", "details"],
] as const;

/** A block as the API shows it to a team of these classes. */
export const blockBody = (block: BlockRow, classes: StatusClasses) => ({
  id: block.id,
  person_id: block.personId,
  identifier: block.identifier,
  integration_id: block.integrationId,
  source: block.source,
  status: block.status,
  working: isWorking(block.status, classes),
  started_at: formatInstant(block.startedAt),
  ended_at: block.endedAt === null ? null : formatInstant(block.endedAt),
  last_seen_at: formatInstant(block.lastSeenAt),
  details: block.details === null ? null : (JSON.parse(block.details) as unknown),
});
