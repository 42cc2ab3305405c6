import { call, type Team } from "./team.ts";

/** The fields of a subscription in the Stats Notifier's answers; each answer has some of them. */
export type Shown = {
  notification_id: string;
  user_id: string;
  time_window: string;
  status: string;
  last_refreshed_at: string;
  created_at: string;
  updated_at: string;
  refreshed_at: string;
  snapshot: { total_activities: number; completed_activities: number; hours_logged: number };
  window: { start_date: string; end_date: string; timezone: string };
};

const PATH = "/api/v1/stats-notifications";

/** Requests a path below that of the Stats Notifier with the team's key. */
export const ask = (team: Team, path = "", init: { method?: string; body?: unknown } = {}): Promise<Response> =>
  call(`${PATH}${path}`, { ...init, headers: team.asTeam });

/** Reads the JSON of an answer, which must have this status. */
export async function json<T = Shown>(answer: Promise<Response>, status = 200): Promise<T> {
  const response = await answer;
  if (response.status !== status) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** Subscribes a person to a window for the first time. */
export const subscribe = (team: Team, person: string, window: string): Promise<Shown> =>
  json(ask(team, "", { body: { user_id: person, time_window: window } }), 201);

export const show = (team: Team, id: string): Promise<Shown> => json(ask(team, `/${id}`));

export const refresh = (team: Team, id: string): Promise<Shown> =>
  json(ask(team, `/${id}/refresh`, { method: "POST" }));

/** Sends events to the team: [identifier, time, details]. */
export async function pushEvents(team: Team, events: [string, string, object?][]): Promise<void> {
  const body = {
    events: events.map(([personIdentifier, timestamp, details]) => ({
      ...{ kind: "task", externalId: crypto.randomUUID(), personIdentifier, timestamp },
      ...{ title: "Something", scope: "test", url: "https://example.com", details: details ?? {} },
    })),
  };
  await json(call("/api/v1/events", { headers: team.asIntegration, body }));
}
