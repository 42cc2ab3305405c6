import { get, read } from "./checkins.ts";
import { call, type Team } from "./team.ts";

/** A member as Status Hero's API shows one. */
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
  team_lead: boolean;
  absent_dates: string[];
};

/** The body of a new member. */
export const ADAM = { email: "adam@x.test", name: "Adam Young" };

/** Reads a page of the team's members. `query` has no question mark. */
export const listMembers = async (team: Team, query = "") =>
  (await get<{ members: Member[] }>(team, `/members${query && `?${query}`}`)).members;

/** Reads the full names of a page of members. */
export const listMemberNames = async (team: Team, query = "") =>
  (await listMembers(team, query)).map(({ user }) => user.full_name);

export const getMember = async (team: Team, id: string) =>
  (await get<{ member: Member }>(team, `/members/${id}`)).member;

/** Sends any request for one member; without a method, GET. */
export const requestMember = (team: Team, id: string, method = "GET", body?: unknown) =>
  call(`/api/v1/members/${encodeURIComponent(id)}`, { method, headers: team.asTeam, body });

export const postMember = (team: Team, body: unknown) => call("/api/v1/members", { headers: team.asTeam, body });

/** Adds a member, who must be accepted. */
export const addMember = async (team: Team, body: unknown) =>
  (await read<{ member: Member }>(postMember(team, body), 201)).member;

/** Changes a member, which must be accepted. */
export const changeMember = async (team: Team, id: string, body: unknown) =>
  (await read<{ member: Member }>(requestMember(team, id, "PATCH", body))).member;

/** Removes a member, which must be accepted. */
export async function removeMember(team: Team, id: string): Promise<void> {
  const response = await requestMember(team, id, "DELETE");
  if (response.status !== 204) throw new Error(`${response.status}: ${await response.text()}`);
}

/** Merges a person into another, by any references of `team`. */
export const mergeMembers = (team: Team, into: string, person: string) =>
  read(call(`/api/v1/people/${into}/merge`, { headers: team.asTeam, body: { person } }));
