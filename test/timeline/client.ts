import { expect, vi } from "vitest";
import { call, type Team } from "../support/team.ts";

/**
 * Sets the clock of the Worker and its objects. Alarms keep the real clock, so an alarm of a future year never rings, and a
 * test sees what the object does when it is read.
 */
export const setClock = (time: string) => vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(time) });

/** Returns to the real clock. */
export const useRealClock = () => vi.useRealTimers();

type UserFields = { who?: string; source?: string } & Record<string, unknown>;

/** Sets the clock to `time` and reports a status of ada, or of `who`, with that timestamp. */
export async function reportStatus(team: Team, time: string, status: string, fields: UserFields = {}): Promise<void> {
  const { who = "ada", source = "chat", ...user } = fields;
  setClock(time);
  const body = { timestamp: time, source, users: [{ personIdentifier: who, status, ...user }] };
  const response = await call("/api/v1/presence", { headers: team.asIntegration, body });
  expect(await response.json()).toMatchObject({ success: true, processed: { users: 1 } });
}

/** Reports an event of ada at `time`. */
export async function reportEvent(
  team: Team,
  time: string,
  title: string,
  fields: Record<string, unknown> = {},
): Promise<void> {
  const event = { kind: "commit", externalId: `${title} ${time}`, personIdentifier: "ada", scope: "web", ...fields };
  const body = { events: [{ ...event, timestamp: time, title }] };
  const response = await call("/api/v1/events", { headers: team.asIntegration, body });
  expect(await response.json()).toMatchObject({ processed: { total: 1, created: 1, errors: 0 } });
}

export type Timeline = {
  person_id: string;
  name: string;
  date: string;
  time_zone: string;
  started_at: string;
  ended_at: string;
  hours_worked: number;
  data: ({ type: "block" | "event"; local_time: string } & Record<string, unknown>)[];
  next_cursor: null;
};

/** Requests a timeline. `path` is a person and, after a question mark, the query string. */
export const requestTimeline = (team: Team, path: string, headers: Record<string, string> = {}): Promise<Response> => {
  const [person = "", search = ""] = path.split("?");
  return call(`/api/v1/people/${encodeURIComponent(person)}/timeline?${search}`, {
    headers: { ...team.asTeam, ...headers },
  });
};

/** Reads a timeline. Fails unless the answer is 200. */
export async function readTimeline(team: Team, path: string): Promise<Timeline> {
  const response = await requestTimeline(team, path);
  const body = await response.json<Timeline>();
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body;
}

/** A label of each entry: the status of a block, the title of an event. */
export const labels = ({ data }: Timeline) => data.map(({ status, title }) => status ?? title);
