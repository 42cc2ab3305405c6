import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { newId } from "../../src/lib/id.ts";
import { call, mintPerson, type Team } from "./team.ts";

/** Stops the Worker's clock at a time. The test file restores it with `vi.useRealTimers()`. */
export const clockAt = (time: string) => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(time);
};

export type Status = {
  id: string;
  answers: Record<"next" | "blockers" | "previous" | "previous_completed", unknown>;
  blocked: boolean;
  completed_at: string | null;
  previous_completed: boolean;
  report_id: string;
  slug: string;
  report_date: string;
  title: string;
  url: string;
  comment_ids: string[];
  reaction_ids: string[];
  status_activity_ids: string[];
  user: Record<string, unknown>;
  created_at: string;
  updated_at: string;
};

/** Reads the JSON of a response; throws for any other status than the expected one. */
export async function read<T>(response: Response | Promise<Response>, status = 200): Promise<T> {
  const answer = await response;
  if (answer.status !== status) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** Reads a path of the API with the team's key. */
export const get = <T>(team: Team, path: string) => read<T>(call(`/api/v1${path}`, { headers: team.asTeam }));

/** Reads a page of the team's check-ins. */
export const statuses = async (team: Team, page = 1) =>
  (await get<{ statuses: Status[] }>(team, `/statuses?page=${page}`)).statuses;

/** Reads a check-in by its id or slug. */
export const status = async (team: Team, id: string) => (await get<{ status: Status }>(team, `/statuses/${id}`)).status;

/** Sends answers to a check-in. */
export const putAnswers = (team: Team, id: string, answers: unknown) =>
  call(`/api/v1/statuses/${id}`, { method: "PUT", headers: team.asTeam, body: { answers } });

/** Sends answers to a member's check-in of today, or of a date. */
export const postAnswers = (team: Team, member: string, answers: unknown, date?: unknown) =>
  call("/api/v1/statuses", { headers: team.asTeam, body: { member, answers, date } });

/** Runs a statement on the database of the tests. */
export const run = (sql: string, ...params: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...params)
    .run();

/** Adds active members with these names to the team; slug and e-mail follow from the name. Returns their ids. */
export async function mintMembers(team: Team, ...names: string[]): Promise<string[]> {
  const ids = [];
  for (const name of names) {
    const id = await mintPerson(team, { name, email: `${name.toLowerCase().replaceAll(" ", ".")}@x.test` });
    await run("UPDATE people SET slug = ? WHERE id = ?", name.toLowerCase().replaceAll(" ", "-"), id);
    ids.push(id);
  }
  return ids;
}

/** Inserts a comment or reaction with the columns that its route writes. Returns its id. */
export async function mintRemark(
  table: "comments" | "reactions",
  team: Team,
  {
    checkinId,
    personId,
    at,
    removedAt = null,
  }: { checkinId: string; personId: string; at: number; removedAt?: number | null },
): Promise<string> {
  const id = newId();
  await run(
    `INSERT INTO ${table} (id, team_id, checkin_id, person_id, body, created_at, removed_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...[id, team.teamId, checkinId, personId, id.slice(0, 8), at, removedAt],
  );
  return id;
}
