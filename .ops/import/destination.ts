/** The team that an import writes to. */
import { OperatorError, query, type Target } from "../wrangler.ts";
import { literal } from "./sql.ts";

export type Destination = {
  accountId: string;
  teamId: string;
  slug: string;
  timeZone: string;
  workDays: number[];
  /** How many days the team keeps presence and events; null: for ever. */
  retentionDays: number | null;
  /** Events before this time may have been counted and removed, in UTC milliseconds; null: none was. */
  countedUntil: number | null;
};

/** Finds a team by its id or slug. Throws if there is none. */
export async function findDestination(target: Target, reference: string): Promise<Destination> {
  const [[row] = []] = await query(target, selectTeam(reference));
  return destinationOf(row, reference);
}

/**
 * Finds a team, and an integration of it by its id or name; `integrationId` is null without a name. Throws unless there is
 * one team and one integration.
 */
export async function findDestinationWithIntegration(
  target: Target,
  reference: string,
  name: string | undefined,
): Promise<Destination & { integrationId: string | null }> {
  // One command for both: each start of wrangler takes more than a second.
  const [[row] = [], integrations = []] = await query(
    target,
    `${selectTeam(reference)};
     SELECT integration.id, integration.team_id AS teamId FROM teams AS team
       JOIN integrations AS integration ON integration.team_id = team.id
     WHERE (team.id = ${literal(reference)} OR team.slug = ${literal(reference)}) AND integration.removed_at IS NULL
       AND (integration.id = ${literal(name)} OR integration.name = ${literal(name)})`,
  );
  const team = destinationOf(row, reference);
  if (name === undefined) return { ...team, integrationId: null };
  const found = integrations.filter(({ teamId }) => teamId === team.teamId);
  if (found.length === 1) return { ...team, integrationId: String(found[0]!.id) };
  const problem = found.length === 0 ? "no integration" : `${found.length} integrations`;
  throw new OperatorError(`The team ${team.slug} has ${problem} with the id or name "${name}".`);
}

const selectTeam = (reference: string): string => `
  SELECT account_id AS accountId, id AS teamId, slug, time_zone AS timeZone, work_days AS workDays,
    retention_days AS retentionDays, counted_until AS countedUntil
  FROM teams WHERE id = ${literal(reference)} OR slug = ${literal(reference)}
  ORDER BY id = ${literal(reference)} DESC LIMIT 1`;

function destinationOf(row: Record<string, unknown> | undefined, reference: string): Destination {
  if (!row) throw new OperatorError(`There is no team with the id or slug "${reference}".`);
  return { ...row, workDays: JSON.parse(String(row.workDays)) } as Destination;
}
