import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { newId } from "../../src/lib/id.ts";
import { call, mintPerson, type Team } from "./team.ts";

/** Sets the Worker's clock; the suite puts it back with `vi.useRealTimers()`. */
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
};

/** What a route answers with 200, or 201 where that is right. */
export async function read<T>(response: Response | Promise<Response>, status = 200): Promise<T> {
  const answer = await response;
  if (answer.status !== status) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.json();
}

export const get = <T>(team: Team, path: string) => read<T>(call(`/api/v1${path}`, { headers: team.asTeam }));

/** One page of the team's check-ins. */
export const statuses = async (team: Team, page = 1) =>
  (await get<{ statuses: Status[] }>(team, `/statuses?page=${page}`)).statuses;

export const status = async (team: Team, id: string) => (await get<{ status: Status }>(team, `/statuses/${id}`)).status;

export const put = (team: Team, id: string, answers: unknown) =>
  call(`/api/v1/statuses/${id}`, { method: "PUT", headers: team.asTeam, body: { answers } });

export const post = (team: Team, member: string, answers: unknown) =>
  call("/api/v1/statuses", { headers: team.asTeam, body: { member, answers } });

/** Runs SQL on the suite's database. */
export const run = (sql: string, ...params: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...params)
    .run();

/** People on the team under plain slugs, active members all. */
export async function mintMembers(team: Team, ...names: string[]): Promise<string[]> {
  const ids = [];
  for (const name of names) {
    const id = await mintPerson(team, { name, email: `${name.toLowerCase().replaceAll(" ", ".")}@x.test` });
    await run("UPDATE people SET slug = ? WHERE id = ?", name.toLowerCase().replaceAll(" ", "-"), id);
    ids.push(id);
  }
  return ids;
}

/** A remark on a check-in, as its own routes would write it. */
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
