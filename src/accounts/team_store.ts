import { and, desc, eq, sql } from "drizzle-orm";
import { abortUnless, atomicallyNamed, type Database, decodeRow, isAborted, violates } from "../db/client.ts";
import { accounts, apiKeys, teams } from "../db/schema/index.ts";
import type { Cursor } from "../lib/cursor.ts";
import { keyPrefix, sha256 } from "../lib/id.ts";
import { slugify } from "../lib/text.ts";
import { type Account, bumpDirectoryVersion } from "../people/store.ts";

/** A new team with its key. Without a slug, it gets one made from its name. */
export type NewTeam = { id: string; name: string; slug: string | undefined; timeZone: string; key: string };

/** The most teams of an account, archived ones included. */
export const MAX_TEAMS = 1_000;

/** The reason for which a batch of this file is aborted. */
const TOO_MANY_TEAMS = "too_many_teams";

const columns = {
  id: teams.id,
  name: teams.name,
  slug: teams.slug,
  timeZone: teams.timeZone,
  archivedAt: teams.archivedAt,
  createdAt: teams.createdAt,
};

/** Whether there is such an account. */
export const accountExists = async (db: Database, { accountId }: Account): Promise<boolean> =>
  (await db.select({ id: accounts.id }).from(accounts).where(eq(accounts.id, accountId))).length > 0;

/** Lists up to `limit` teams of the account after `cursor`, the newest first, archived ones too. */
export function listTeams(
  db: Database,
  { accountId }: Account,
  { limit, cursor }: { limit: number; cursor?: Cursor | undefined },
) {
  const after = cursor && sql`(${teams.createdAt}, ${teams.id}) < (${cursor.at}, ${cursor.id})`;
  return db
    .select(columns)
    .from(teams)
    .where(and(eq(teams.accountId, accountId), after))
    .orderBy(desc(teams.createdAt), desc(teams.id))
    .limit(limit);
}

/** A team as the administrators of its account see it. */
export type AccountTeam = Awaited<ReturnType<typeof listTeams>>[number];

/** Makes the statements, for one atomic batch, that create a team of the account and its key. The first returns the slug. */
export async function newTeamStatements(
  db: Database,
  { accountId }: Account,
  { id, name, slug, timeZone, key }: NewTeam,
  now: number,
) {
  const freeSlug = slug ?? firstFreeSlug(slugify(name) || "team");
  return [
    db
      .insert(teams)
      .values({ id, accountId, slug: freeSlug, name, timeZone, createdAt: now })
      .returning({ slug: teams.slug }),
    db.insert(apiKeys).values({ digest: await sha256(key), teamId: id, prefix: keyPrefix(key), createdAt: now }),
  ] as const;
}

/** Creates a team of the account with its key. Returns why nothing was created: `slug` where another team has it. */
export async function createTeam(
  db: Database,
  account: Account,
  team: NewTeam,
  now: number,
): Promise<AccountTeam | { refused: "slug" | "too_many" }> {
  const [insertTeam, insertKey] = await newTeamStatements(db, account, team, now);
  const isTeam = eq(teams.id, team.id);
  try {
    const { created } = await atomicallyNamed(db, {
      limit: abortUnless(
        sql`(SELECT count(*) FROM teams WHERE account_id = ${account.accountId}) < ${MAX_TEAMS}`,
        TOO_MANY_TEAMS,
      ),
      team: insertTeam.getSQL(),
      key: insertKey.getSQL(),
      created: db.select(columns).from(teams).where(isTeam).getSQL(),
    });
    return decodeRow(columns, created[0]!);
  } catch (error) {
    if (isAborted(error, TOO_MANY_TEAMS)) return { refused: "too_many" };
    if (violates(error, "teams.slug")) return { refused: "slug" };
    throw error;
  }
}

/** What to change of a team; undefined leaves it as it is. */
export type TeamChange = { name?: string | undefined; archived?: boolean | undefined };

/**
 * Changes a team of the account; null if the account has no such team. An archived team keeps the time at which it was
 * archived first. Also returns the version of the directory in which the team's object finds the change.
 */
export async function changeTeam(
  db: Database,
  { accountId }: Account,
  id: string,
  { name, archived }: TeamChange,
  now: number,
): Promise<{ team: AccountTeam; directoryVersion: number } | null> {
  const archivedAt = archived === undefined ? undefined : archived ? sql`coalesce(${teams.archivedAt}, ${now})` : null;
  const isTeam = and(eq(teams.id, id), eq(teams.accountId, accountId));
  const { changed, account } = await atomicallyNamed(db, {
    changed: db
      .update(teams)
      .set({ name: name ?? sql`${teams.name}`, ...(archivedAt !== undefined && { archivedAt }) })
      .where(isTeam)
      .returning(columns)
      .getSQL(),
    account: sql`${bumpDirectoryVersion({ accountId }, sql`EXISTS (SELECT 1 FROM teams WHERE ${isTeam})`)}
      RETURNING directory_version AS version`,
  });
  const [row] = changed;
  if (!row) return null;
  const [{ version }] = account as [{ version: number }];
  return { team: decodeRow(columns, row), directoryVersion: version };
}

/** Selects `base`, or the first of base-2, base-3, ... that no team has, cut to the 60 characters of a slug. */
const firstFreeSlug = (base: string) => sql<string>`(
  WITH RECURSIVE tries (number, slug) AS (
    SELECT 1, ${base}
    UNION ALL
    SELECT number + 1, rtrim(substr(${base}, 1, 59 - length(number + 1)), '-') || '-' || (number + 1) FROM tries
    WHERE EXISTS (SELECT 1 FROM teams WHERE teams.slug = tries.slug)
  )
  SELECT slug FROM tries ORDER BY number DESC LIMIT 1)`;
