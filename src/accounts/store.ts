import { type SQL, sql } from "drizzle-orm";
import { abortUnless, atomicallyNamed, type Database, isAborted, violates } from "../db/client.ts";
import { accounts, identities, members, people } from "../db/schema/index.ts";
import { type IntegrationSettings, integrationStatements } from "../integrations/store.ts";
import { identityId, newId } from "../lib/id.ts";
import { slugify } from "../lib/text.ts";
import { type NewTeam, newTeamStatements } from "./team_store.ts";

/** An account with everything it begins with. Undefined: the team's time zone. */
export type NewAccount = {
  account: { id: string; name: string };
  team: NewTeam;
  owner: { id: string; name: string; email: string; timeZone: string | undefined };
  integration: Pick<IntegrationSettings, "name" | "presenceTimeoutMinutes"> & { id: string; key: string };
};

/** The reason for which a batch of this file is aborted. */
const ACCOUNT_EXISTS = "account_exists";

/**
 * Creates an account, onboarded at once, with its first team, its owner, an integration and both keys, in one atomic batch.
 * Returns the team's slug. Returns what is there already, and creates nothing, where another team has the slug, or an account
 * of this name has an administrator with the owner's e-mail.
 */
export async function createAccount(
  db: Database,
  { account, team, owner, integration }: NewAccount,
  now: number,
): Promise<{ slug: string } | { taken: "slug" | "account" }> {
  const ownerSlug = slugify(owner.name) || "person";
  const createdAt = now;
  const insertAccount = db.insert(accounts).values({ ...account, onboardedAt: now, createdAt });
  const [insertTeam, insertTeamKey] = await newTeamStatements(db, { accountId: account.id }, team, now);
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
      check: abortUnless(sql`NOT (${accountExists(account.name, owner.email)})`, ACCOUNT_EXISTS),
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
    return { slug: row.slug };
  } catch (error) {
    if (isAborted(error, ACCOUNT_EXISTS)) return { taken: "account" };
    if (violates(error, "teams.slug")) return { taken: "slug" };
    throw error;
  }
}

/** Matches when there is an account with this name, of an administrator with this e-mail. */
const accountExists = (name: string, email: string): SQL => sql`EXISTS (
  SELECT 1 FROM accounts account CROSS JOIN people owner ON owner.account_id = account.id
  WHERE account.name = ${name} AND owner.email = ${email} AND owner.administrator)`;
