import { expect, vi } from "vitest";
import { call, type Team } from "../support/team.ts";

/**
 * Puts the clock of the Worker and its objects at a time. Alarms keep real time, so in years to come none rings: what a
 * reader sees then is what the object did when it was asked.
 */
export const clockAt = (time: string) => vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(time) });

export const realClock = () => vi.useRealTimers();

type Said = { who?: string; source?: string } & Record<string, unknown>;

/** A tool reports somebody's status in the very moment it is so. */
export async function beat(team: Team, time: string, status: string, said: Said = {}): Promise<void> {
  const { who = "ada", source = "chat", ...user } = said;
  clockAt(time);
  const body = { timestamp: time, source, users: [{ personIdentifier: who, status, ...user }] };
  const response = await call("/api/v1/presence", { headers: team.asIntegration, body });
  expect(await response.json()).toMatchObject({ success: true, processed: { users: 1 } });
}

/** Something was done at a time. */
export async function did(team: Team, time: string, title: string, more: Record<string, unknown> = {}): Promise<void> {
  const event = { kind: "commit", externalId: `${title} ${time}`, personIdentifier: "ada", scope: "web", ...more };
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

/** Asks for a timeline in words of its URL: a person and, after a question mark, what else is asked. */
export const ask = (team: Team, path: string, headers: Record<string, string> = {}): Promise<Response> => {
  const [person = "", search = ""] = path.split("?");
  return call(`/api/v1/people/${encodeURIComponent(person)}/timeline?${search}`, {
    headers: { ...team.asTeam, ...headers },
  });
};

/** A timeline there must be. */
export async function timelineOf(team: Team, path: string): Promise<Timeline> {
  const response = await ask(team, path);
  const body = await response.json<Timeline>();
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body;
}

/** What a day shows, in a word each: the status of a block, the title of an event. */
export const shown = ({ data }: Timeline) => data.map(({ status, title }) => status ?? title);
