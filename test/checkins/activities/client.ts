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

/** Tells of what somebody did, whatever comes of it. */
export const tell = (team: Team, body: unknown) => call("/api/v1/status_activities", { headers: team.asTeam, body });

/** Tells of something new, in the document's words but for what `over` says, and gives it back. */
export async function told(team: Team, over: Record<string, unknown> = {}): Promise<Activity & { at: string }> {
  const body = { email: "emma.garrett@x.test", source: "Kanban Board", description: "Moved it to QA", ...over };
  const { status_activity: activity, url } = await read<{ status_activity: Activity; url: string }>(
    tell(team, body),
    201,
  );
  return { ...activity, at: url };
}

/** A status activity by its id. */
export const activity = async (team: Team, id: string, path = "status_activities") =>
  (await read<{ status_activity: Activity }>(call(`/api/v1/${path}/${id}`, { headers: team.asTeam }))).status_activity;
