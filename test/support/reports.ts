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

export const reports = async (team: Team, page = 1) =>
  (await get<{ reports: Report[] }>(team, `/reports?page=${page}`)).reports;

export const report = async (team: Team, id: string) => (await get<{ report: Report }>(team, `/reports/${id}`)).report;

type Life = {
  timeZone?: string;
  workDays?: number[];
  questions?: Record<string, string>;
  names?: string[];
  onboarded?: boolean;
};

/** A team with its own days and questions, and active members of these names. */
export async function mintTeamOf({ workDays, questions, names = ["Emma Garrett", "Hugh Oliver"], ...life }: Life = {}) {
  const team = await mintTeam(life);
  if (workDays) await run("UPDATE teams SET work_days = ? WHERE id = ?", JSON.stringify(workDays), team.teamId);
  if (questions) await run("UPDATE teams SET questions = ? WHERE id = ?", JSON.stringify(questions), team.teamId);
  return { ...team, people: await mintMembers(team, ...names) };
}

/** Team absences, as their own route would write them. */
export async function takeOff(team: Team, ...dates: string[]): Promise<void> {
  for (const date of dates) await run("INSERT INTO team_absences (team_id, date) VALUES (?, ?)", team.teamId, date);
}

/** What D1 holds of the team's reports, oldest first, with the people whose check-ins belong to each, by name. */
export async function stored(team: Team): Promise<{ date: string; previous_date: string; names: string | null }[]> {
  const { results } = await env.DB.prepare(
    `SELECT r.date, r.previous_date, (SELECT group_concat(name, ', ') FROM (
       SELECT p.name FROM checkins c JOIN people p ON p.id = c.person_id WHERE c.report_id = r.id ORDER BY p.name)) AS names
     FROM reports r WHERE r.team_id = ? ORDER BY r.date`,
  )
    .bind(team.teamId)
    .all<{ date: string; previous_date: string; names: string | null }>();
  return results;
}

/** A report of the past with nobody in it. */
export async function mintReport(team: Team, date: string, at = 0): Promise<string> {
  const id = newId();
  await run(
    `INSERT INTO reports (id, team_id, date, previous_date, questions, created_at, updated_at)
     VALUES (?, ?, ?, date(?, '-1 day'), '{"next":"N?","blockers":"B?","previous":"P?","previous_completed":"C?"}', ?, ?)`,
    ...[id, team.teamId, date, date, at, at],
  );
  return id;
}
