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

/** Sends a comment or reaction on a check-in. */
export const postRemark = (team: Team, kind: Kind, status: string, body: unknown) =>
  call(`/api/v1/statuses/${status}/${kind}s`, { headers: team.asTeam, body });

/** Adds a new comment or reaction. */
export async function addRemark(team: Team, kind: Kind, status: string, person: string, body: string): Promise<Remark> {
  const answer = await read<Record<Kind, Remark>>(postRemark(team, kind, status, { person, body }), 201);
  return answer[kind];
}

/** Reads a page of the team's comments or reactions. */
export async function listRemarks(team: Team, kind: Kind, page = 1): Promise<Remark[]> {
  const answer = await read<Record<`${Kind}s`, Remark[]>>(
    call(`/api/v1/${kind}s?page=${page}`, { headers: team.asTeam }),
  );
  return answer[`${kind}s`];
}

/** Sends a request about one comment or reaction. */
export const requestRemark = (team: Team, kind: Kind, id: string, init: { method?: string; body?: unknown } = {}) =>
  call(`/api/v1/${kind}s/${id}`, { headers: team.asTeam, ...init });

/** Creates a team of Emma and Adam with their pending check-ins of Monday 2018-02-05, the day of the document's examples. */
export async function mintMonday(): Promise<{ team: Team; emma: Status; adam: Status; people: string[] }> {
  clockAt("2018-02-05T16:00:00Z");
  const team = await mintTeam({ timeZone: "America/Los_Angeles" });
  const people = await mintMembers(team, "Emma Garrett", "Adam Young");
  const found = await statuses(team);
  const of = (slug: string) => found.find((status) => status.slug === `2018-02-05-${slug}`)!;
  return { team, emma: of("emma-garrett"), adam: of("adam-young"), people };
}
