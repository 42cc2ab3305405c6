import { read } from "../../support/checkins.ts";
import { call, type Team } from "../../support/team.ts";

export type Activity = {
  id: string;
  status_id: string | null;
  kind: string;
  created_at: string;
  description: string;
  html_description: string;
  url: string;
};

/** Sends a status activity. */
export const postActivity = (team: Team, body: unknown) =>
  call("/api/v1/status_activities", { headers: team.asTeam, body });

/**
 * Creates a status activity of Emma from the document's example, with the fields `over` replaced. `at` is the `url` of
 * the answer.
 */
export async function createActivity(
  team: Team,
  over: Record<string, unknown> = {},
): Promise<Activity & { at: string }> {
  const body = { email: "emma.garrett@x.test", source: "Kanban Board", description: "Moved it to QA", ...over };
  const { status_activity: activity, url } = await read<{ status_activity: Activity; url: string }>(
    postActivity(team, body),
    201,
  );
  return { ...activity, at: url };
}

/** Reads a status activity by its id. */
export const getActivity = async (team: Team, id: string, path = "status_activities") =>
  (await read<{ status_activity: Activity }>(call(`/api/v1/${path}/${id}`, { headers: team.asTeam }))).status_activity;
