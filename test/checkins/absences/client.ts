import { call, type Team } from "../../support/team.ts";

/** Adds an absence of a member; without one, of the whole team. */
export const addAbsence = (team: Team, body: unknown, member?: string) =>
  call(`/api/v1/${member === undefined ? "team_absences" : `member_absences/${member}`}`, {
    headers: team.asTeam,
    body,
  });

/** Removes such an absence. */
export const removeAbsence = (team: Team, date: string, member?: string) =>
  call(`/api/v1/${member === undefined ? "team_absences" : `member_absences/${member}`}/${date}`, {
    method: "DELETE",
    headers: team.asTeam,
  });
