import { and, eq, sql } from "drizzle-orm";
import type { TeamSettings } from "../auth/actor.ts";
import { settingsColumns } from "../auth/store.ts";
import { abortUnless, atomicallyNamed, type Database, decodeRow, isAborted } from "../db/client.ts";
import { teams } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { bumpDirectoryVersion, type Tenant } from "../people/store.ts";
import { MAX_STATUS_CLASSES } from "./status_classes.ts";

/** The settings that are replaced as a whole: any but those that no caller sets, and those that are merged. */
type PlainSettings = Omit<TeamSettings, "slug" | "countedUntil" | "archivedAt" | "questions" | "statusClasses">;

/** The settings to change; undefined leaves one as it is. */
export type TeamChange = { [K in keyof PlainSettings]?: PlainSettings[K] | undefined } & {
  /** The entries to change; null removes one. */
  questions?: Record<string, string | null | undefined> | undefined;
  statusClasses?: Record<string, boolean | null> | undefined;
};

/** The reason for which a batch of this file is aborted. */
const TOO_MANY_CLASSES = "too_many_status_classes";

/**
 * Changes settings of a team and returns all of them, with the version of the directory in which the team's object finds
 * them. Returns null, and changes nothing, if the team would classify more than MAX_STATUS_CLASSES statuses.
 */
export async function changeTeam(
  db: Database,
  { accountId, teamId }: Tenant,
  { questions = {}, statusClasses = {}, ...settings }: TeamChange,
): Promise<{ settings: TeamSettings; directoryVersion: number } | null> {
  // Merge patches (RFC 7396): of two changes at the same time, neither undoes the other.
  const mergedQuestions = sql`json_patch(${teams.questions}, ${JSON.stringify(questions)})`;
  const mergedClasses = sql`json_patch(${teams.statusClasses}, ${JSON.stringify(statusClasses)})`;
  const isTeam = and(eq(teams.id, teamId), eq(teams.accountId, accountId));
  // The trigger `teams_stale` marks the days of the team where the time zone or the status classes change.
  const update = db
    .update(teams)
    .set({ ...settings, questions: mergedQuestions, statusClasses: mergedClasses })
    .where(isTeam)
    .returning(settingsColumns);
  const hasFewClasses = sql`NOT EXISTS (
    SELECT 1 FROM teams WHERE ${isTeam} AND (SELECT count(*) FROM json_each(${mergedClasses})) > ${MAX_STATUS_CLASSES})`;
  try {
    const { changed, account } = await atomicallyNamed(db, {
      check: abortUnless(hasFewClasses, TOO_MANY_CLASSES),
      changed: update.getSQL(),
      // For any setting: which ones an object uses is not known here.
      account: sql`${bumpDirectoryVersion({ accountId })} RETURNING directory_version AS version`,
    });
    if (!changed[0]) throw notFound();
    const [{ version }] = account as [{ version: number }];
    return { settings: decodeRow(settingsColumns, changed[0]), directoryVersion: version };
  } catch (error) {
    if (isAborted(error, TOO_MANY_CLASSES)) return null;
    throw error;
  }
}
