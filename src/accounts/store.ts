import { sql } from "drizzle-orm";
import { type Database, violates } from "../db/client.ts";
import { accounts, apiKeys, identities, members, people, teams } from "../db/schema/index.ts";
import { integrationStatements } from "../integrations/store.ts";
import { identityId, keyPrefix, newId, sha256 } from "../lib/id.ts";
import { slugify } from "../lib/text.ts";

/** Everything an account begins with. A team without `slug` gets one of its name; an owner without zone lives in the team's. */
export type Beginning = {
  account: { id: string; name: string };
  team: { id: string; name: string; slug: string | undefined; timeZone: string; key: string };
  owner: { id: string; name: string; email: string; timeZone: string | undefined };
  integration: { id: string; name: string; presenceTimeoutMinutes: number; key: string };
};

/**
 * Makes an account, onboarded at once, with its first team, its owner, an integration and both keys: all of it or nothing.
 * Answers the team's slug; null when the one asked for is taken.
 */
export async function beginAccount(
  db: Database,
  { account, team, owner, integration }: Beginning,
  now: number,
): Promise<string | null> {
  const slug = team.slug ?? firstFreeSlug(slugify(team.name) || "team");
  const ownerSlug = slugify(owner.name) || "person";
  const identity = await identityId(account.id, owner.email);
  const digest = await sha256(team.key);
  const integrationInsert = await integrationStatements(db, { teamId: team.id }, { ...integration, active: true }, now);
  const createdAt = now;
  try {
    const [, [made]] = await db.batch([
      db.insert(accounts).values({ ...account, onboardedAt: now, createdAt }),
      db
        .insert(teams)
        .values({ id: team.id, accountId: account.id, slug, name: team.name, timeZone: team.timeZone, createdAt })
        .returning({ slug: teams.slug }),
      db.insert(apiKeys).values({ digest, teamId: team.id, prefix: keyPrefix(team.key), createdAt }),
      db.insert(people).values({
        id: owner.id,
        accountId: account.id,
        name: owner.name,
        slug: ownerSlug,
        email: owner.email,
        timeZone: owner.timeZone ?? null,
        administrator: true,
        createdAt,
      }),
      db
        .insert(identities)
        .values({ id: identity, accountId: account.id, identifier: owner.email, personId: owner.id, createdAt }),
      db.insert(members).values({
        id: newId(),
        teamId: team.id,
        personId: owner.id,
        role: "active",
        manager: true,
        username: ownerSlug,
        createdAt,
      }),
      ...integrationInsert,
    ]);
    return made!.slug;
  } catch (error) {
    if (violates(error, "teams.slug")) return null;
    throw error;
  }
}

/** `base`, or the first of base-2, base-3, ... that no team has, cut to the 60 characters of a slug. */
const firstFreeSlug = (base: string) => sql<string>`(
  WITH RECURSIVE tries (n, slug) AS (
    SELECT 1, ${base}
    UNION ALL
    SELECT n + 1, rtrim(substr(${base}, 1, 59 - length(n + 1)), '-') || '-' || (n + 1) FROM tries
    WHERE EXISTS (SELECT 1 FROM teams WHERE teams.slug = tries.slug)
  )
  SELECT slug FROM tries ORDER BY n DESC LIMIT 1)`;
