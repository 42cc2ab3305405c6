import { and, desc, eq, exists, isNull, lte, type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../db/client.ts";
import { apiKeys, integrations, teams } from "../db/schema/index.ts";
import type { Cursor } from "../lib/cursor.ts";
import { keyPrefix, sha256 } from "../lib/id.ts";
import { bumpDirectoryVersion, type Tenant } from "../people/store.ts";

type Team = Pick<Tenant, "teamId">;

/** What a team sets for an integration. */
export type IntegrationSettings = { name: string; active: boolean; presenceTimeoutMinutes: number };

/** The settings to change; undefined leaves one as it is. */
export type IntegrationChange = { [K in keyof IntegrationSettings]: IntegrationSettings[K] | undefined };

/** Matches the team's integrations that were not removed; with `id`, one of them. */
const ofTeam = ({ teamId }: Team, id?: string): SQL =>
  and(
    eq(integrations.teamId, teamId),
    isNull(integrations.removedAt),
    id === undefined ? undefined : eq(integrations.id, id),
  )!;

/** Integrations with the prefix of their newest key. A rotated key that still works has an expiry, the newest has none. */
const select = (db: Database, where: SQL) =>
  db
    .select({
      id: integrations.id,
      name: integrations.name,
      active: integrations.active,
      presenceTimeoutMinutes: integrations.presenceTimeoutMinutes,
      keyPrefix: apiKeys.prefix,
      lastUsedAt: integrations.lastUsedAt,
      createdAt: integrations.createdAt,
    })
    .from(integrations)
    .leftJoin(apiKeys, and(eq(apiKeys.integrationId, integrations.id), isNull(apiKeys.expiresAt)))
    .where(where);

export type Page = { limit: number; cursor?: Cursor | undefined };

/** Lists up to `limit` integrations of the team after `cursor`, the newest first. */
export function listIntegrations(db: Database, team: Team, { limit, cursor }: Page) {
  const after = cursor && sql`(${integrations.createdAt}, ${integrations.id}) < (${cursor.at}, ${cursor.id})`;
  return select(db, and(ofTeam(team), after)!)
    .orderBy(desc(integrations.createdAt), desc(integrations.id))
    .limit(limit);
}

export type Integration = Awaited<ReturnType<typeof listIntegrations>>[number];

/** A row of `select` as `atomically` returns it: under the names of the columns, with 1 and 0 for booleans. */
type Row = Pick<Integration, "id" | "name"> & {
  active: number;
  presence_timeout_minutes: number;
  prefix: string | null;
  last_used_at: number | null;
  created_at: number;
};

const fromRow = ({ id, name, active, ...row }: Row): Integration => ({
  id,
  name,
  active: active === 1,
  presenceTimeoutMinutes: row.presence_timeout_minutes,
  keyPrefix: row.prefix,
  lastUsedAt: row.last_used_at,
  createdAt: row.created_at,
});

/** Finds an integration of the team; undefined where it has none of that id. */
export async function findIntegration(db: Database, team: Team, id: string): Promise<Integration | undefined> {
  const [row] = await select(db, ofTeam(team, id));
  return row;
}

/** What is stored of a key. */
const storedKey = async (key: string) => ({ digest: await sha256(key), prefix: keyPrefix(key) });

/** Inserts a key of an integration, if the team has it; of the team itself where `id` is null. */
function insertKey(
  db: Database,
  team: Team,
  id: string | null,
  { digest, prefix }: Awaited<ReturnType<typeof storedKey>>,
  now: number,
) {
  const integration = id === null ? undefined : exists(db.select().from(integrations).where(ofTeam(team, id)));
  const row = db
    .select({
      digest: sql`${digest}`.as("digest"),
      teamId: teams.id,
      integrationId: sql`${id}`.as("integration_id"),
      prefix: sql`${prefix}`.as("prefix"),
      createdAt: sql`${now}`.as("created_at"),
      expiresAt: sql`NULL`.as("expires_at"),
    })
    .from(teams)
    .where(and(eq(teams.id, team.teamId), integration));
  return db.insert(apiKeys).select(row);
}

type NewIntegration = IntegrationSettings & { id: string; key: string };

/** Makes the statements, for one atomic batch, that create an integration and its key. */
export async function integrationStatements(
  db: Database,
  { teamId }: Team,
  { id, key, ...settings }: NewIntegration,
  now: number,
) {
  const integration = db.insert(integrations).values({ id, teamId, ...settings, createdAt: now });
  return [integration, insertKey(db, { teamId }, id, await storedKey(key), now)] as const;
}

/** Creates an integration with its first key. */
export async function createIntegration(
  db: Database,
  team: Team,
  integration: NewIntegration,
  now: number,
): Promise<Integration> {
  const [insertIntegration, insertItsKey] = await integrationStatements(db, team, integration, now);
  const created = select(db, ofTeam(team, integration.id));
  const [, , [row]] = await db.batch([insertIntegration, insertItsKey, created]);
  return row!;
}

/**
 * Changes what is given; undefined where the team has no such integration. The team's object keeps the timeouts of its
 * integrations, and reads them again when the directory version has grown.
 */
export async function changeIntegration(
  db: Database,
  tenant: Tenant,
  id: string,
  change: IntegrationChange,
): Promise<Integration | undefined> {
  const update = db.update(integrations).set(change).where(ofTeam(tenant, id));
  const [, , changed] = await atomically(db, [
    update.getSQL(),
    bumpDirectoryVersion(tenant),
    select(db, ofTeam(tenant, id)).getSQL(),
  ]);
  const [row] = changed!.results as Row[];
  return row && fromRow(row);
}

/** Removes an integration and its keys; false where the team has none of that id. The row stays: blocks and events refer to it. */
export async function removeIntegration(db: Database, tenant: Tenant, id: string, now: number): Promise<boolean> {
  const removal = db.update(integrations).set({ removedAt: now }).where(ofTeam(tenant, id));
  const [removed] = await atomically(db, [
    removal.returning({ id: integrations.id }).getSQL(),
    db.delete(apiKeys).where(keysOf(tenant, id)).getSQL(),
    bumpDirectoryVersion(tenant),
  ]);
  return removed!.results.length > 0;
}

/** A new key, and until when (UTC milliseconds) the others work at the latest. */
export type Rotation = { key: string; keepUntil: number };

/** A key that a rotation gave an end. */
export type EndedKey = { digest: string; createdAt: number };

/**
 * Replaces the key of an integration and deletes its expired ones; undefined where the team has no such integration. Also
 * returns the keys that it gave an end.
 */
export async function rotateKey(
  db: Database,
  team: Team,
  id: string,
  rotation: Rotation,
  now: number,
): Promise<{ integration: Integration; ended: EndedKey[] } | undefined> {
  const [expire, removeExpired, insert] = await rotationStatements(db, team, id, rotation, now);
  const [ended, , , [integration]] = await db.batch([expire, removeExpired, insert, select(db, ofTeam(team, id))]);
  return integration && { integration, ended };
}

/** Replaces the team's own key, as `rotateKey` does an integration's, and returns the keys that it gave an end. */
export async function rotateTeamKey(db: Database, team: Team, rotation: Rotation, now: number): Promise<EndedKey[]> {
  const [ended] = await db.batch(await rotationStatements(db, team, null, rotation, now));
  return ended;
}

async function rotationStatements(
  db: Database,
  team: Team,
  id: string | null,
  { key, keepUntil }: Rotation,
  now: number,
) {
  const keys = keysOf(team, id);
  const expiry = sql`min(coalesce(${apiKeys.expiresAt}, ${keepUntil}), ${keepUntil})`;
  return [
    db
      .update(apiKeys)
      .set({ expiresAt: expiry })
      .where(keys)
      .returning({ digest: apiKeys.digest, createdAt: apiKeys.createdAt }),
    db.delete(apiKeys).where(and(keys, lte(apiKeys.expiresAt, now))),
    insertKey(db, team, id, await storedKey(key), now),
  ] as const;
}

/** Matches the keys of an integration of the team; the team's own where `id` is null. */
const keysOf = ({ teamId }: Team, id: string | null) =>
  and(id === null ? isNull(apiKeys.integrationId) : eq(apiKeys.integrationId, id), eq(apiKeys.teamId, teamId));
