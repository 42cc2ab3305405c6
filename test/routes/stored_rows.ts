import { env, runInDurableObject } from "cloudflare:test";
import type { Team } from "../support/team.ts";

type Row = Record<string, unknown>;
type Table = { name: string; columns: string[]; parents: { table: string; from: string; to: string }[] };

let known: Table[] | undefined;

/** Reads the name, the columns and the foreign keys of every table. */
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

/** Returns the SQL condition for rows of team ?1 or account ?2, and for rows that refer to such rows. */
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

/** Reads all rows of a team and its account from D1. */
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

/** Reads all tables that the team's Durable Object stores. */
const keptByObject = ({ teamId }: Team) =>
  runInDurableObject(env.TEAM_PRESENCE.getByName(teamId), (_, { storage }) => {
    const names = storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
    const own = names.map(({ name }) => name).filter((name) => !name.startsWith("_cf"));
    return own.map((name) => ({ name, rows: storage.sql.exec(`SELECT * FROM "${name}"`).toArray() }));
  });

/** Reads everything that is stored about a team and its account, and the number of accounts. */
export async function stored(team: Team) {
  const accounts = await env.DB.prepare("SELECT count(*) FROM accounts").first();
  return { rows: await rowsOf(team), kept: await keptByObject(team), accounts };
}

/**
 * Reads what is stored about a team: the rows that contain one of `seeds`, the rows that contain the id of such a row,
 * and the tables of the team's Durable Object. `ids` are the ids of these rows and the seeds.
 */
export async function storedWithSeeds(team: Team, seeds: string[]) {
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
