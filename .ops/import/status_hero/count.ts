/** Counts how much of what was read a team has. */
import { OperatorError, query, type Target } from "../../wrangler.ts";
import type { Destination } from "../destination.ts";
import { literal, pagesOf, rowLiterals } from "../sql.ts";
import type { Team } from "./read.ts";

/** Bytes of SQL in one command line. */
const MAX_COMMAND_BYTES = 60_000;

/** How many resources of a kind were read, and how many of these the team has. */
type Count = { read: number; found: number };

/**
 * Counts the resources that were read by their ids. Throws if another team has any of them: ids stay the same, so a database
 * cannot have a team and its copy.
 */
export async function countImported(target: Target, to: Destination, team: Team): Promise<Record<string, Count>> {
  const kinds = kindsOf(team);
  const counts = Object.fromEntries(kinds.map(({ what, ids }) => [what, { read: ids.length, found: 0 }]));
  const queries = kinds.flatMap(({ what, table, ids }) =>
    rowLiterals(ids).map(
      (rows) => `SELECT ${literal(what)} AS what, count(*) FILTER (WHERE team_id = ${literal(to.teamId)}) AS found,
        count(*) FILTER (WHERE team_id <> ${literal(to.teamId)}) AS others
      FROM ${table} WHERE id IN (SELECT value FROM json_each(${rows}));`,
    ),
  );
  for (const page of pagesOf(queries, MAX_COMMAND_BYTES)) {
    for (const [row] of await query(target, page.join("\n"))) {
      if (Number(row!.others) > 0) throw new OperatorError("Another team of this database already has this data.");
      counts[String(row!.what)]!.found += Number(row!.found);
    }
  }
  return counts;
}

const kindsOf = ({ members, reports, statuses, comments, reactions, activities }: Team) => [
  { what: "members", table: "members", ids: idsOf(members) },
  { what: "reports", table: "reports", ids: idsOf(reports) },
  { what: "check-ins", table: "checkins", ids: idsOf(statuses) },
  { what: "comments", table: "comments", ids: idsOf(comments) },
  { what: "reactions", table: "reactions", ids: idsOf(reactions) },
  { what: "status activities", table: "events", ids: idsOf(activities.map(({ activity }) => activity)) },
];

const idsOf = (resources: { id: string }[]): string[] => resources.map(({ id }) => id);
