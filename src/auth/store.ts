import { and, eq, gt, isNull, lte, or, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { accounts, apiKeys, integrations, teams } from "../db/schema/index.ts";

/** How often, at most, the last use of an integration is written: every 5 minutes, for each time is a row. */
const LAST_USE_GRAIN_MS = 5 * 60_000;

const prepare = (db: Database) =>
  db
    .select({
      accountId: accounts.id,
      onboardedAt: accounts.onboardedAt,
      directoryVersion: accounts.directoryVersion,
      teamId: teams.id,
      teamSlug: teams.slug,
      teamName: teams.name,
      teamTimeZone: teams.timeZone,
      workDays: teams.workDays,
      questions: teams.questions,
      statusClasses: teams.statusClasses,
      storesDetails: teams.storesDetails,
      retentionDays: teams.retentionDays,
      archivedUntil: teams.archivedUntil,
      integrationId: apiKeys.integrationId,
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

/** The query of `findKey`, by database: every request asks it, so it is put into words but once. */
const prepared = new WeakMap<D1Database, ReturnType<typeof prepare>>();

/** What stands behind a key that has not expired, found by its digest: one indexed read of key, integration, team and account. */
export async function findKey(db: Database, digest: string, now: number) {
  const query = prepared.get(db.$client) ?? prepare(db);
  prepared.set(db.$client, query);
  const [row] = await query.execute({ digest, now });
  return row?.removedAt == null ? row : undefined;
}

export type KeyRecord = NonNullable<Awaited<ReturnType<typeof findKey>>>;

/** Whether a use of the integration now is worth writing down. */
export const isUseDue = (key: KeyRecord, now: number): boolean =>
  key.integrationId !== null && (key.lastUsedAt ?? Number.NEGATIVE_INFINITY) <= now - LAST_USE_GRAIN_MS;

/** Writes down that an integration was used; of several requests at once, the first writes. */
export async function recordUse(db: Database, integrationId: string, now: number): Promise<void> {
  await db
    .update(integrations)
    .set({ lastUsedAt: now })
    .where(
      and(
        eq(integrations.id, integrationId),
        or(isNull(integrations.lastUsedAt), lte(integrations.lastUsedAt, now - LAST_USE_GRAIN_MS)),
      ),
    );
}
