import { clockAt, mintMembers, read, type Status, statuses } from "../../support/checkins.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";

export type Kind = "comment" | "reaction";

export type Remark = {
  id: string;
  body: string;
  created_at: string;
  status_id: string;
  title: string;
  url: string;
  user: Record<string, unknown>;
};

/** Leaves a remark on a check-in, whatever comes of it. */
export const remark = (team: Team, kind: Kind, status: string, body: unknown) =>
  call(`/api/v1/statuses/${status}/${kind}s`, { headers: team.asTeam, body });

/** Leaves a new remark, and gives it back. */
export async function leave(team: Team, kind: Kind, status: string, person: string, body: string): Promise<Remark> {
  const answer = await read<Record<Kind, Remark>>(remark(team, kind, status, { person, body }), 201);
  return answer[kind];
}

/** One page of the team's remarks. */
export async function list(team: Team, kind: Kind, page = 1): Promise<Remark[]> {
  const answer = await read<Record<`${Kind}s`, Remark[]>>(
    call(`/api/v1/${kind}s?page=${page}`, { headers: team.asTeam }),
  );
  return answer[`${kind}s`];
}

/** Asks about, or does something to, one remark. */
export const one = (team: Team, kind: Kind, id: string, init: { method?: string; body?: unknown } = {}) =>
  call(`/api/v1/${kind}s/${id}`, { headers: team.asTeam, ...init });

/** Monday 2018-02-05, the day of the document's examples, with a report and the pending check-ins of Emma and Adam. */
export async function mintDay(): Promise<{ team: Team; emma: Status; adam: Status; people: string[] }> {
  clockAt("2018-02-05T16:00:00Z");
  const team = await mintTeam({ timeZone: "America/Los_Angeles" });
  const people = await mintMembers(team, "Emma Garrett", "Adam Young");
  const found = await statuses(team);
  const of = (slug: string) => found.find((status) => status.slug === `2018-02-05-${slug}`)!;
  return { team, emma: of("emma-garrett"), adam: of("adam-young"), people };
}
