import { call, type Team } from "../../support/team.ts";

/** Asks for leave of a member, or, without one, for a holiday of the team. */
export const away = (team: Team, body: unknown, member?: string) =>
  call(`/api/v1/${member === undefined ? "team_absences" : `member_absences/${member}`}`, {
    headers: team.asTeam,
    body,
  });

/** Takes it back. */
export const back = (team: Team, date: string, member?: string) =>
  call(`/api/v1/${member === undefined ? "team_absences" : `member_absences/${member}`}/${date}`, {
    method: "DELETE",
    headers: team.asTeam,
  });
