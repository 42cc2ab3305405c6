import { and, eq, getTableColumns, gt, isNull, lte, or, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { accounts, apiKeys, integrations, teams } from "../db/schema/index.ts";
import { MINUTE_MS } from "../lib/duration.ts";

/** How often, at most, the last use of an integration is written: every 5 minutes, because each write is a row. */
const LAST_USE_INTERVAL_MS = 5 * MINUTE_MS;

const { id: teamId, accountId: _, eventsAccepted: __, createdAt: ___, ...settings } = getTableColumns(teams);

/** The columns of `TeamSettings`. */
export const settingsColumns = settings;

const prepare = (db: Database) =>
  db
    .select({
      accountId: accounts.id,
      onboardedAt: accounts.onboardedAt,
      directoryVersion: accounts.directoryVersion,
      teamId,
      team: settingsColumns,
      integrationId: apiKeys.integrationId,
      digest: apiKeys.digest,
      createdAt: apiKeys.createdAt,
      expiresAt: apiKeys.expiresAt,
      active: integrations.active,
      removedAt: integrations.removedAt,
      timeoutMinutes: integrations.presenceTimeoutMinutes,
      lastUsedAt: integrations.lastUsedAt,
    })
    .from(apiKeys)
    .innerJoin(teams, eq(teams.id, apiKeys.teamId))
    .innerJoin(accounts, eq(accounts.id, teams.accountId))
    .leftJoin(integrations, eq(integrations.id, apiKeys.integrationId))
    .where(
      and(
        eq(apiKeys.digest, sql.placeholder("digest")),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql.placeholder("now"))),
      ),
    )
    .prepare();

/** The prepared query of `findKey` by database: every request runs it, so its text is built once. */
const preparedQueries = new WeakMap<D1Database, ReturnType<typeof prepare>>();

/**
 * Finds an unexpired key by its digest, with its integration, team and account: one indexed read of each. Undefined for an
 * unknown key, an expired one, and one of a removed integration. `now`: UTC milliseconds.
 */
export async function findKey(db: Database, digest: string, now: number) {
  const query = preparedQueries.get(db.$client) ?? prepare(db);
  preparedQueries.set(db.$client, query);
  const [row] = await query.execute({ digest, now });
  return row?.removedAt == null ? row : undefined;
}

export type KeyRecord = NonNullable<Awaited<ReturnType<typeof findKey>>>;

/** Whether the last use of a key's integration is old enough to be written again. */
export const isUseDue = (key: KeyRecord, now: number): boolean =>
  key.integrationId !== null && (key.lastUsedAt ?? Number.NEGATIVE_INFINITY) <= now - LAST_USE_INTERVAL_MS;

/** Writes when an integration was last used; of concurrent requests, the first writes. */
export async function recordUse(db: Database, integrationId: string, now: number): Promise<void> {
  await db
    .update(integrations)
    .set({ lastUsedAt: now })
    .where(
      and(
        eq(integrations.id, integrationId),
        or(isNull(integrations.lastUsedAt), lte(integrations.lastUsedAt, now - LAST_USE_INTERVAL_MS)),
      ),
    );
}
