import { and, eq, sql } from "drizzle-orm";
import { atomically, type Database } from "../../db/client.ts";
import { checkins } from "../../db/schema/index.ts";
import { touchReport } from "../reports/lifecycle_store.ts";
import { hashtags } from "./hashtags.ts";

type Text = string | null;

/** Answers to be kept; what is undefined stays as it is, null clears. */
export type Answers = {
  next?: Text | undefined;
  blockers?: Text | undefined;
  previous?: Text | undefined;
  previous_completed?: boolean | null | undefined;
};

/** Others may have written to the check-in since it was read; so many of them, one after the other, are no people. */
const MAX_TRIES = 100;

/**
 * Keeps answers to a check-in, with its tags, in one atomic batch. The first completes it; later ones leave
 * `completed_at`. Null when the check-in is gone by now; "empty", and nothing kept, when it is pending and the answers say
 * nothing.
 */
export async function saveAnswers(
  db: Database,
  tenant: { teamId: string },
  id: string,
  answers: Answers,
  now: number,
): Promise<"completed" | "edited" | "empty" | null> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = await readTexts(db, tenant, id);
    if (!before) return null;
    if (before.completedAt === null && !saysSomething(answers)) return "empty";
    if (await replaceTexts(db, tenant, before, answers, now))
      return before.completedAt === null ? "completed" : "edited";
  }
  throw new Error(`check-in ${id} changed under ${MAX_TRIES} attempts to write it`);
}

/** Texts come trimmed: a blank one is empty. "No" to the goals says something too. */
const saysSomething = ({ previous_completed: met, ...texts }: Answers): boolean =>
  (met ?? null) !== null || Object.values(texts).some(Boolean);

type Before = NonNullable<Awaited<ReturnType<typeof readTexts>>>;

async function readTexts(db: Database, { teamId }: { teamId: string }, id: string) {
  const { date, next, blockers, previous, completedAt } = checkins;
  const [row] = await db
    .select({ id: checkins.id, date, texts: { next, blockers, previous }, completedAt })
    .from(checkins)
    .where(and(eq(checkins.teamId, teamId), eq(checkins.id, id)));
  return row;
}

type Texts = Before["texts"];
type Key = keyof Texts;

/**
 * Writes unless the check-in was completed, or a text that stays was changed, since it was read: tags are of all three
 * texts, and must be of those that end up together.
 */
async function replaceTexts(
  db: Database,
  tenant: { teamId: string },
  { id, date, texts, completedAt }: Before,
  { previous_completed: met, ...answers }: Answers,
  now: number,
): Promise<boolean> {
  const after = { ...texts, ...given(answers) };
  const stay = (Object.keys(texts) as Key[]).filter((key) => answers[key] === undefined);
  const goals = met === undefined ? sql`previous_completed` : sql`${met === null ? null : JSON.stringify(met)}`;
  const own = sql`team_id = ${tenant.teamId} AND id = ${id}`;
  const asRead = stay.map((key) => sql`${sql.identifier(key)} IS ${texts[key]}`);
  const asWritten = sql`${own} AND (next, blockers, previous) IS (${after.next}, ${after.blockers}, ${after.previous})`;
  const tags = JSON.stringify(hashtags(Object.values(after)));
  const [written] = await atomically(db, [
    sql`UPDATE checkins SET next = ${after.next}, blockers = ${after.blockers}, previous = ${after.previous},
        previous_completed = ${goals}, completed_at = coalesce(completed_at, ${now}), updated_at = ${now}
      WHERE ${and(own, sql`completed_at IS ${completedAt}`, ...asRead)}
      RETURNING id`,
    sql`DELETE FROM checkin_tags WHERE checkin_id IN (SELECT id FROM checkins WHERE ${asWritten})`,
    sql`INSERT INTO checkin_tags (team_id, tag, completed_at, checkin_id)
      SELECT c.team_id, t.value, c.completed_at, c.id
      FROM (SELECT team_id, completed_at, id FROM checkins WHERE ${asWritten}) c JOIN json_each(${tags}) t
      WHERE true ON CONFLICT DO NOTHING`,
    touchReport(tenant, date, now),
  ]);
  return written!.results.length > 0;
}

/** The texts among the answers that say something. */
const given = (answers: Answers): Partial<Texts> =>
  Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== undefined));
