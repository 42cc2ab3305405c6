import { env, runInDurableObject } from "cloudflare:test";
import type { Team } from "../support/team.ts";

type Row = Record<string, unknown>;
type Table = { name: string; columns: string[]; parents: { table: string; from: string; to: string }[] };

let known: Table[] | undefined;

/** Every table, with what it refers to. */
async function tables(): Promise<Table[]> {
  const read = async <T>(sql: string) => (await env.DB.prepare(sql).all<T>()).results;
  const names = await read<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite*' AND name NOT GLOB '_cf*'",
  );
  return Promise.all(
    names.map(async ({ name }) => ({
      name,
      columns: (await read<{ name: string }>(`PRAGMA table_info("${name}")`)).map((column) => column.name),
      parents: await read<Table["parents"][number]>(`PRAGMA foreign_key_list("${name}")`),
    })),
  );
}

/** Which rows of a table are an account's, one of its teams', or refer to such rows; ?1 is the team, ?2 the account. */
function condition(table: Table, all: Table[]): string {
  const own = [
    ...(table.columns.includes("team_id") ? ["team_id = ?1"] : []),
    ...(table.columns.includes("account_id") ? ["account_id = ?2"] : []),
    ...(table.name === "accounts" ? ["id = ?2"] : []),
  ];
  const inherited = table.parents.map(({ table: parent, from, to }) => {
    const found = all.find(({ name }) => name === parent)!;
    return `"${from}" IN (SELECT "${to}" FROM "${parent}" WHERE ${condition(found, all)})`;
  });
  return (own.length > 0 ? own : inherited).join(" OR ") || "false";
}

/** All rows of a team and its account. */
async function rowsOf({ teamId, accountId }: Team): Promise<{ table: string; row: Row }[]> {
  known ??= await tables();
  const all = known;
  const statements = all.map((table) =>
    env.DB.prepare(`SELECT * FROM "${table.name}" WHERE (${condition(table, all)}) AND ?1 <> ?2`).bind(
      teamId,
      accountId,
    ),
  );
  const found = await env.DB.batch<Row>(statements);
  return all.flatMap(({ name }, index) => found[index]!.results.map((row) => ({ table: name, row })));
}

/** All that the team's object keeps. */
const keptByObject = ({ teamId }: Team) =>
  runInDurableObject(env.TEAM_PRESENCE.getByName(teamId), (_, { storage }) => {
    const names = storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
    const own = names.map(({ name }) => name).filter((name) => !name.startsWith("_cf"));
    return own.map((name) => ({ name, rows: storage.sql.exec(`SELECT * FROM "${name}"`).toArray() }));
  });

/** Everything stored of a team and its account, and how many accounts there are. */
export async function stored(team: Team) {
  const accounts = await env.DB.prepare("SELECT count(*) FROM accounts").first();
  return { rows: await rowsOf(team), kept: await keptByObject(team), accounts };
}

/**
 * All there is of a team: the rows that hold one of `seeds`, or the id of a row that does, and what the team's object
 * keeps. `ids` are those of the rows.
 */
export async function holdings(team: Team, seeds: string[]) {
  const all = await rowsOf(team);
  const ids = new Set<unknown>(seeds);
  const isTheirs = ({ row }: { row: Row }) => Object.values(row).some((value) => ids.has(value));
  for (let size = 0; size !== ids.size; ) {
    size = ids.size;
    for (const { row } of all.filter(isTheirs)) if (row.id !== undefined) ids.add(row.id);
  }
  const rows = all.filter(isTheirs);
  const names = [...new Set(rows.map(({ table }) => table))];
  return { rows, kept: await keptByObject(team), ids: [...ids] as string[], tables: names };
}
