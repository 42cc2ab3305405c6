import { env } from "cloudflare:workers";
import { database } from "../../src/db/client.ts";
import { newId } from "../../src/lib/id.ts";
import { get, mintMembers, run } from "./checkins.ts";
import { mintTeam, type Team } from "./team.ts";

export const db = database(env.DB);

export type Report = {
  id: string;
  date: string;
  questions: Record<"next" | "blockers" | "previous" | "previous_completed", string>;
  question_labels: Record<"next" | "blockers" | "previous", string>;
  metrics: Record<string, unknown>;
  url: string;
  completed_status_ids: string[];
};

/** Reads a page of the team's reports. */
export const reports = async (team: Team, page = 1) =>
  (await get<{ reports: Report[] }>(team, `/reports?page=${page}`)).reports;

/** Reads a report by its id or date. */
export const report = async (team: Team, id: string) => (await get<{ report: Report }>(team, `/reports/${id}`)).report;

type Options = {
  accountId?: string;
  timeZone?: string;
  workDays?: number[];
  questions?: Record<string, string>;
  names?: string[];
  onboarded?: boolean;
};

/** Creates a team with its own work days and questions, and active members with these names. */
export async function mintTeamOf({
  workDays,
  questions,
  names = ["Emma Garrett", "Hugh Oliver"],
  ...options
}: Options = {}) {
  const team = await mintTeam(options);
  if (workDays) await run("UPDATE teams SET work_days = ? WHERE id = ?", JSON.stringify(workDays), team.teamId);
  if (questions) await run("UPDATE teams SET questions = ? WHERE id = ?", JSON.stringify(questions), team.teamId);
  return { ...team, people: await mintMembers(team, ...names) };
}

/** Inserts absences of the whole team. */
export async function insertTeamAbsences(team: Team, ...dates: string[]): Promise<void> {
  for (const date of dates) await run("INSERT INTO team_absences (team_id, date) VALUES (?, ?)", team.teamId, date);
}

/** Reads the team's reports from D1, the oldest first; `names` are the people who have a check-in in each. */
export async function storedReports(
  team: Team,
): Promise<{ date: string; previous_date: string; names: string | null }[]> {
  const { results } = await env.DB.prepare(
    `SELECT r.date, r.previous_date, (SELECT group_concat(name, ', ') FROM (
       SELECT p.name FROM checkins c JOIN people p ON p.id = c.person_id WHERE c.report_id = r.id ORDER BY p.name)) AS names
     FROM reports r WHERE r.team_id = ? ORDER BY r.date`,
  )
    .bind(team.teamId)
    .all<{ date: string; previous_date: string; names: string | null }>();
  return results;
}

/** Inserts a report without check-ins. Returns its id. */
export async function mintReport(team: Team, date: string, at = 0): Promise<string> {
  const id = newId();
  await run(
    `INSERT INTO reports (id, team_id, date, previous_date, questions, created_at, updated_at)
     VALUES (?, ?, ?, date(?, '-1 day'), '{"next":"N?","blockers":"B?","previous":"P?","previous_completed":"C?"}', ?, ?)`,
    ...[id, team.teamId, date, date, at, at],
  );
  return id;
}
