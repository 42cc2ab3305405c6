import { sql } from "drizzle-orm";
import { atomicallyNamed, type Database, violates } from "../db/client.ts";
import { accounts, apiKeys, identities, members, people, teams } from "../db/schema/index.ts";
import { type IntegrationSettings, integrationStatements } from "../integrations/store.ts";
import { identityId, keyPrefix, newId, sha256 } from "../lib/id.ts";
import { slugify } from "../lib/text.ts";

/** An account with everything it begins with. Undefined: a slug made from the team's name, and the team's time zone. */
export type NewAccount = {
  account: { id: string; name: string };
  team: { id: string; name: string; slug: string | undefined; timeZone: string; key: string };
  owner: { id: string; name: string; email: string; timeZone: string | undefined };
  integration: Pick<IntegrationSettings, "name" | "presenceTimeoutMinutes"> & { id: string; key: string };
};

/**
 * Creates an account, onboarded at once, with its first team, its owner, an integration and both keys, in one atomic batch.
 * Returns the team's slug; null, and creates nothing, if another team has it.
 */
export async function createAccount(
  db: Database,
  { account, team, owner, integration }: NewAccount,
  now: number,
): Promise<string | null> {
  const slug = team.slug ?? firstFreeSlug(slugify(team.name) || "team");
  const ownerSlug = slugify(owner.name) || "person";
  const createdAt = now;
  const insertAccount = db.insert(accounts).values({ ...account, onboardedAt: now, createdAt });
  const insertTeam = db
    .insert(teams)
    .values({ id: team.id, accountId: account.id, slug, name: team.name, timeZone: team.timeZone, createdAt })
    .returning({ slug: teams.slug });
  const insertTeamKey = db
    .insert(apiKeys)
    .values({ digest: await sha256(team.key), teamId: team.id, prefix: keyPrefix(team.key), createdAt });
  const insertOwner = db.insert(people).values({
    id: owner.id,
    accountId: account.id,
    name: owner.name,
    slug: ownerSlug,
    email: owner.email,
    timeZone: owner.timeZone ?? null,
    administrator: true,
    createdAt,
  });
  const insertIdentity = db.insert(identities).values({
    id: await identityId(account.id, owner.email),
    accountId: account.id,
    identifier: owner.email,
    personId: owner.id,
    createdAt,
  });
  const insertMember = db.insert(members).values({
    id: newId(),
    teamId: team.id,
    personId: owner.id,
    role: "active",
    manager: true,
    username: ownerSlug,
    createdAt,
  });
  const [insertIntegration, insertIntegrationKey] = await integrationStatements(
    db,
    { teamId: team.id },
    { ...integration, active: true },
    now,
  );
  try {
    const { team: created } = await atomicallyNamed(db, {
      account: insertAccount.getSQL(),
      team: insertTeam.getSQL(),
      teamKey: insertTeamKey.getSQL(),
      owner: insertOwner.getSQL(),
      identity: insertIdentity.getSQL(),
      member: insertMember.getSQL(),
      integration: insertIntegration.getSQL(),
      integrationKey: insertIntegrationKey.getSQL(),
    });
    const [row] = created as [{ slug: string }];
    return row.slug;
  } catch (error) {
    if (violates(error, "teams.slug")) return null;
    throw error;
  }
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
