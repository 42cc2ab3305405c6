import { and, desc, eq, exists, isNull, lte, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { accounts, apiKeys, integrations, teams } from "../db/schema/index.ts";
import type { Cursor } from "../lib/cursor.ts";
import { keyPrefix, sha256 } from "../lib/id.ts";

/** What can be said of an integration: all but whose it is. */
export type Settings = { name: string; active: boolean; presenceTimeoutMinutes: number };

/** The integrations a team has; a removed one is as absent as another team's. */
const ofTeam = (teamId: string, id?: string): SQL =>
  and(
    eq(integrations.teamId, teamId),
    isNull(integrations.removedAt),
    id === undefined ? id : eq(integrations.id, id),
  )!;

/** Integrations with the prefix of the key in force: rotated keys that still work for a while have an end. */
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

/** Up to `limit` integrations of the team from `cursor` on, the newest first. */
export function listIntegrations(db: Database, teamId: string, { limit, cursor }: { limit: number; cursor?: Cursor }) {
  const place = cursor && sql`(${integrations.createdAt}, ${integrations.id}) < (${cursor.at}, ${cursor.id})`;
  return select(db, and(ofTeam(teamId), place)!)
    .orderBy(desc(integrations.createdAt), desc(integrations.id))
    .limit(limit);
}

export type Integration = Awaited<ReturnType<typeof listIntegrations>>[number];

/** One integration of the team; undefined when it has none of that id. */
export async function findIntegration(db: Database, teamId: string, id: string): Promise<Integration | undefined> {
  const [row] = await select(db, ofTeam(teamId, id));
  return row;
}

/** What is kept of a key. */
const kept = async (key: string) => ({ digest: await sha256(key), prefix: keyPrefix(key) });

/** Puts a key in force for an integration, if the team has it; for the team itself where `id` is null. */
function insertKey(
  db: Database,
  teamId: string,
  id: string | null,
  key: Awaited<ReturnType<typeof kept>>,
  now: number,
) {
  const integration = id === null ? undefined : exists(db.select().from(integrations).where(ofTeam(teamId, id)));
  const row = db
    .select({
      digest: sql`${key.digest}`.as("digest"),
      teamId: teams.id,
      integrationId: sql`${id}`.as("integration_id"),
      prefix: sql`${key.prefix}`.as("prefix"),
      createdAt: sql`${now}`.as("created_at"),
      expiresAt: sql`NULL`.as("expires_at"),
    })
    .from(teams)
    .where(and(eq(teams.id, teamId), integration));
  return db.insert(apiKeys).select(row);
}

/** The statements, for one atomic batch, that make an integration and put its key in force. */
export async function integrationStatements(
  db: Database,
  teamId: string,
  { id, key, ...settings }: Settings & { id: string; key: string },
  now: number,
) {
  const integration = db.insert(integrations).values({ id, teamId, ...settings, createdAt: now });
  return [integration, insertKey(db, teamId, id, await kept(key), now)] as const;
}

/** Makes an integration with its first key. */
export async function createIntegration(
  db: Database,
  teamId: string,
  integration: Settings & { id: string; key: string },
  now: number,
): Promise<Integration> {
  const statements = await integrationStatements(db, teamId, integration, now);
  const [, , [row]] = await db.batch([...statements, select(db, ofTeam(teamId, integration.id))]);
  return row!;
}

/** Objects keep their integrations' timeouts, and read them again when the account's directory has grown. */
const tellObjects = (db: Database, teamId: string) =>
  db
    .update(accounts)
    .set({ directoryVersion: sql`${accounts.directoryVersion} + 1` })
    .where(sql`${accounts.id} = (SELECT account_id FROM teams WHERE id = ${teamId})`);

/** Changes what is given, effective on the next request; undefined when the team has no such integration. */
export async function changeIntegration(
  db: Database,
  teamId: string,
  id: string,
  change: { [K in keyof Settings]: Settings[K] | undefined },
): Promise<Integration | undefined> {
  const where = ofTeam(teamId, id);
  const [, [row]] = await db.batch([
    db.update(integrations).set(change).where(where),
    select(db, where),
    tellObjects(db, teamId),
  ]);
  return row;
}

/** Removes an integration and its keys; false when the team has none of that id. The row stays: blocks and events name it. */
export async function removeIntegration(db: Database, teamId: string, id: string, now: number): Promise<boolean> {
  const [removed] = await db.batch([
    db.update(integrations).set({ removedAt: now }).where(ofTeam(teamId, id)).returning({ id: integrations.id }),
    db.delete(apiKeys).where(keysOf(teamId, id)),
    tellObjects(db, teamId),
  ]);
  return removed.length > 0;
}

type Rotation = { key: string; keepUntil: number };

/**
 * Puts a new key in force and lets the others work until `keepUntil` (UTC milliseconds) at the latest; what has expired at
 * `now` goes. Undefined when the team has no such integration.
 */
export async function rotateKey(
  db: Database,
  teamId: string,
  id: string,
  rotation: Rotation,
  now: number,
): Promise<Integration | undefined> {
  const statements = await rotationStatements(db, teamId, id, rotation, now);
  const [, , , [row]] = await db.batch([...statements, select(db, ofTeam(teamId, id))]);
  return row;
}

/** As `rotateKey`, for the team's own key. */
export async function rotateTeamKey(db: Database, teamId: string, rotation: Rotation, now: number): Promise<void> {
  await db.batch(await rotationStatements(db, teamId, null, rotation, now));
}

async function rotationStatements(
  db: Database,
  teamId: string,
  id: string | null,
  { key, keepUntil }: Rotation,
  now: number,
) {
  const keys = keysOf(teamId, id);
  const end = sql`min(coalesce(${apiKeys.expiresAt}, ${keepUntil}), ${keepUntil})`;
  return [
    db.update(apiKeys).set({ expiresAt: end }).where(keys),
    db.delete(apiKeys).where(and(keys, lte(apiKeys.expiresAt, now))),
    insertKey(db, teamId, id, await kept(key), now),
  ] as const;
}

/** The keys of an integration of the team; the team's own where `id` is null. */
const keysOf = (teamId: string, id: string | null) =>
  and(id === null ? isNull(apiKeys.integrationId) : eq(apiKeys.integrationId, id), eq(apiKeys.teamId, teamId));
