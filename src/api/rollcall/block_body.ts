import { formatInstant } from "../../lib/instant.ts";
import type { ClassifiedBlock } from "../../presence/blocks/work.ts";

/** The columns of blocks as CSV. */
export const BLOCK_COLUMNS = [
  ...["id", "person_id", "identifier", "integration_id", "source", "status", "working"],
  ...["started_at", "ended_at", "last_seen_at", "details"],
] as const;

/** Shows a block. */
export const blockBody = (block: ClassifiedBlock) => ({
  id: block.id,
  person_id: block.personId,
  identifier: block.identifier,
  integration_id: block.integrationId,
  source: block.source,
  status: block.status,
  working: block.working,
  started_at: formatInstant(block.startedAt),
  ended_at: block.endedAt === null ? null : formatInstant(block.endedAt),
  last_seen_at: formatInstant(block.lastSeenAt),
  details: block.details === null ? null : (JSON.parse(block.details) as unknown),
});
