import { and, eq, sql } from "drizzle-orm";
import { atomically, type Database } from "../../db/client.ts";
import { checkins } from "../../db/schema/index.ts";
import type { Tenant } from "../../people/store.ts";
import { markReportsChanged } from "../reports/lifecycle_store.ts";
import { type Answers, type AnswerTexts, applyAnswers } from "./answers.ts";
import { hashtags } from "./hashtags.ts";

type Team = Pick<Tenant, "teamId">;

/** A check-in as it was read before answers are written to it. */
export type StoredAnswers = { id: string; date: string; texts: AnswerTexts; completedAt: number | null };

/** Reads the answers of the team's check-in; null if there is no check-in with that id. */
export async function readAnswers(db: Database, { teamId }: Team, id: string): Promise<StoredAnswers | null> {
  const { date, next, blockers, previous, completedAt } = checkins;
  const [row] = await db
    .select({ id: checkins.id, date, texts: { next, blockers, previous }, completedAt })
    .from(checkins)
    .where(and(eq(checkins.teamId, teamId), eq(checkins.id, id)));
  return row ?? null;
}

/**
 * Writes answers to a check-in with the tags of its texts, in one atomic batch. The first answers complete it; later ones
 * leave `completed_at`. Returns false, and leaves the answers as they are, if the check-in was completed or deleted since
 * `before` was read, or if a text that is not given has changed since: the tags must be those of the three texts together.
 */
export async function writeAnswers(
  db: Database,
  team: Team,
  before: StoredAnswers,
  answers: Answers,
  now: number,
): Promise<boolean> {
  const texts = applyAnswers(before.texts, answers);
  const untouched = (["next", "blockers", "previous"] as const).filter((key) => answers[key] === undefined);
  const isUnchanged = and(
    sql`completed_at IS ${before.completedAt}`,
    ...untouched.map((key) => sql`${sql.identifier(key)} IS ${before.texts[key]}`),
  );
  const isCheckin = sql`team_id = ${team.teamId} AND id = ${before.id}`;
  // Matches if these texts are stored now. If another write stored the same ones, replacing the tags changes nothing.
  const isWritten = sql`${isCheckin}
    AND (next, blockers, previous) IS (${texts.next}, ${texts.blockers}, ${texts.previous})`;
  const [updated] = await atomically(db, [
    sql`UPDATE checkins SET next = ${texts.next}, blockers = ${texts.blockers}, previous = ${texts.previous},
        previous_completed = ${previousCompletedColumn(answers)}, completed_at = coalesce(completed_at, ${now}),
        updated_at = ${now}
      WHERE ${isCheckin} AND ${isUnchanged}
      RETURNING id`,
    sql`DELETE FROM checkin_tags WHERE checkin_id IN (SELECT id FROM checkins WHERE ${isWritten})`,
    sql`INSERT INTO checkin_tags (team_id, tag, completed_at, checkin_id)
      SELECT checkin.team_id, tag.value, checkin.completed_at, checkin.id
      FROM (SELECT team_id, completed_at, id FROM checkins WHERE ${isWritten}) checkin
        JOIN json_each(${JSON.stringify(hashtags(Object.values(texts)))}) tag
      WHERE true ON CONFLICT DO NOTHING`,
    markReportsChanged(team, sql`${before.date}`, now),
  ]);
  return updated!.results.length > 0;
}

/** Makes the new value of the column `previous_completed`, which holds JSON: the old one if the answer is undefined. */
function previousCompletedColumn({ previousCompleted }: Answers) {
  if (previousCompleted === undefined) return sql`previous_completed`;
  return sql`${previousCompleted === null ? null : JSON.stringify(previousCompleted)}`;
}
