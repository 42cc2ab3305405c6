import { sql } from "drizzle-orm";
import { checkins } from "../../db/schema/index.ts";
import { mergedPersonIds } from "../../people/store.ts";

// `owner` is the person whom this check-in was created for. They may have been merged into a successor since.

/** Matches when the owner was merged. */
const ownerIsMerged = sql`owner.merged_into IS NOT NULL`;

/** The ids of the person whom the owner is now (the successor, or themselves) and of everyone merged into that person. */
const samePersonIds = mergedPersonIds(sql`coalesce(owner.merged_into, owner.id)`);

/**
 * Matches when the report has a check-in of the same person that is preferred to this one. Preferred is a completed one, else
 * the successor's own, else that of the lowest person id: the order of the compared rows, whose first value is 1 for this
 * check-in because it is pending. The cross join keeps the order written: the check-ins of the report, then each owner.
 */
const hasPreferredCheckin = sql`EXISTS (
  SELECT 1 FROM checkins other CROSS JOIN people other_owner ON other_owner.id = other.person_id
  WHERE other.report_id = ${checkins.reportId} AND other.person_id IN (${samePersonIds})
    AND (other.completed_at IS NULL, other_owner.merged_into IS NOT NULL, other_owner.id) < (1, ${ownerIsMerged}, owner.id))`;

/** Matches when the owner was merged into a successor who is not expected to check in on this team. */
const successorIsNotExpected = sql`${ownerIsMerged} AND NOT EXISTS (
  SELECT 1 FROM members successor
  WHERE successor.team_id = ${checkins.teamId} AND successor.person_id = owner.merged_into
    AND successor.role = 'active' AND successor.removed_at IS NULL)`;

/**
 * Matches a pending check-in that a merge of people made obsolete: it is neither listed nor counted. It stays stored, and
 * matches no longer once the merge is undone. Reads the row of `checkins` in the query around it.
 */
export const isObsoleteAfterMerge = sql`(${checkins.completedAt} IS NULL AND EXISTS (
  SELECT 1 FROM people owner
  WHERE owner.id = ${checkins.personId} AND (${hasPreferredCheckin} OR (${successorIsNotExpected}))))`;
