import { get, read } from "../checkins/statuses/client.ts";
import { call, type Team } from "./team.ts";

export type Member = {
  id: string;
  slug: string;
  username: string;
  role: "active" | "observer";
  manager: boolean;
  user: {
    id: string;
    email: string | null;
    first_name: string;
    last_name: string;
    time_zone: string;
    administrator: boolean;
    slug: string;
    full_name: string;
    initials: string;
    avatar_url: string | null;
  };
};

/** What a client says of one new member. */
export const ADAM = { email: "adam@x.test", name: "Adam Young" };

/** A page of the team's members; `query` as behind the question mark. */
export const members = async (team: Team, query = "") =>
  (await get<{ members: Member[] }>(team, `/members${query && `?${query}`}`)).members;

/** The full names of a page of members. */
export const names = async (team: Team, query = "") => (await members(team, query)).map(({ user }) => user.full_name);

export const member = async (team: Team, id: string) => (await get<{ member: Member }>(team, `/members/${id}`)).member;

/** Any request for one member; without a body and method, a GET. */
export const ask = (team: Team, id: string, method = "GET", body?: unknown) =>
  call(`/api/v1/members/${encodeURIComponent(id)}`, { method, headers: team.asTeam, body });

export const create = (team: Team, body: unknown) => call("/api/v1/members", { headers: team.asTeam, body });

export const created = async (team: Team, body: unknown) =>
  (await read<{ member: Member }>(create(team, body), 201)).member;

export const change = async (team: Team, id: string, body: unknown) =>
  (await read<{ member: Member }>(ask(team, id, "PATCH", body))).member;

export async function remove(team: Team, id: string): Promise<void> {
  const response = await ask(team, id, "DELETE");
  if (response.status !== 204) throw new Error(`${response.status}: ${await response.text()}`);
}

/** Merges a person into another, by any references that `of` may use. */
export const merge = (of: Team, into: string, person: string) =>
  read(call(`/api/v1/people/${into}/merge`, { headers: of.asTeam, body: { person } }));
