import { newId, newPersonId, newSubscriptionId } from "../../src/lib/id.ts";
import { direct } from "../support/direct.ts";
import { mintTeam, type Team } from "../support/team.ts";

/** Ids and other names of a team's resources that a request can contain. Each kind of resource has a line here. */
export type Names = {
  /** A part of every text of the team, so that a test notices it in the answers to other teams. */
  mark: string;
  account: string;
  team: string;
  /** A person with blocks and events, into whom `merged` was merged. */
  person: string;
  personIdentifier: string;
  personEmail: string;
  personSlug: string;
  other: string;
  merged: string;
  integration: string;
  /** A check-in of `person`; its slug and its report follow. */
  checkin: string;
  checkinSlug: string;
  report: string;
  /** A status activity, a comment and a reaction of the check-in. */
  activity: string;
  comment: string;
  reaction: string;
  /** A subscription to the numbers of `person`. */
  subscription: string;
};

/** A team with at least one resource of every kind. */
export type World = Team & { names: Names };

/** The time of all heartbeats and events in the samples: one minute ago, so that a heartbeat counts as present. */
const AT = new Date(Date.now() - 60_000).toISOString();

/** Absence days of `person` and of the team. They are far in the future, so that they affect no report. */
export const LEAVE = "2040-01-16";
export const HOLIDAY = "2040-01-17";

/** Returns an update with every field of the Presence API. */
export const presenceBody = (mark: string) => ({
  timestamp: AT,
  source: `desk-${mark}`,
  users: ["ann", "ben", "cid"].map((name) => ({
    personIdentifier: `${name}-${mark}`,
    name: `${name} ${mark}`,
    status: "online",
    timezone: "Europe/London",
    email: `${name}.${mark}@example.com`,
    details: { location: mark, floors: [1, 2] },
  })),
});

/** Returns a batch with every field of the Events API. */
export const eventsBody = (mark: string) => ({
  events: ["commit", "review"].map((kind) => ({
    kind,
    externalId: `${kind}-${mark}`,
    personIdentifier: `ann-${mark}`,
    timestamp: AT,
    title: `The ${kind} of ${mark}`,
    scope: `scope-${mark}`,
    url: `https://example.com/${mark}`,
    details: { repository: mark, lines: { added: 3 } },
  })),
});

/** Creates a team and, through the API, at least one resource of every kind that can be named. */
export async function mintWorld(options: Parameters<typeof mintTeam>[0] = {}): Promise<World> {
  const team = await mintTeam(options);
  const mark = newId().slice(0, 8);
  const integrationKey = team.asIntegration;
  await act("/presence", { headers: integrationKey, body: presenceBody(mark) });
  await act("/events", { headers: integrationKey, body: eventsBody(mark) });
  const integration = await act("/integrations", { headers: team.asTeam, body: { name: `Second ${mark}` } });
  const find = (name: string) => act(`/people/${name}-${mark}`, { headers: team.asTeam });
  const [person, other, merged] = [await find("ann"), await find("ben"), await find("cid")];
  await act(`/people/${person.id}/merge`, { headers: team.asTeam, body: { person: merged.id } });
  const asTeam = { headers: team.asTeam };
  await act("/team", { ...asTeam, method: "PATCH", body: { work_days: [1, 2, 3, 4, 5, 6, 7] } });
  await act(`/members/${person.id}`, { ...asTeam, method: "PATCH", body: { role: "active" } });
  const answers = { next: `Go on with ${mark}` };
  const { status } = await act<{ status: Status }>("/statuses", { ...asTeam, body: { member: person.id, answers } });
  const remark = (kind: string, body: string) =>
    act<Record<string, { id: string }>>(`/statuses/${status.id}/${kind}s`, {
      ...asTeam,
      body: { person: other.id, body },
    });
  const { comment } = await remark("comment", `The comment on ${mark}`);
  const { reaction } = await remark("reaction", `emoji-${mark}`);
  const activity = { email: person.email, source: `board-${mark}`, description: `Moved ${mark}` };
  const created = await act<Record<string, { id: string }>>("/status_activities", { ...asTeam, body: activity });
  await act(`/member_absences/${person.id}`, { ...asTeam, body: { date: LEAVE } });
  await act("/team_absences", { ...asTeam, body: { date: HOLIDAY } });
  const wanted = { user_id: person.id, time_window: "daily", webhook_url: `https://example.com/${mark}` };
  const { notification_id: subscription } = await act<{ notification_id: string }>("/stats-notifications", {
    ...asTeam,
    body: wanted,
  });
  // A read makes the team's Durable Object write all its blocks to D1 first.
  await act("/blocks", { headers: team.asTeam });
  const names = {
    ...{
      mark,
      account: team.accountId,
      team: team.teamId,
      person: person.id,
      other: other.id,
      merged: merged.id,
      integration: integration.id,
    },
    ...{ personIdentifier: `ann-${mark}`, personEmail: person.email, personSlug: person.slug },
    ...{ checkin: status.id, checkinSlug: status.slug, report: status.report_id },
    ...{ activity: created.status_activity!.id, comment: comment!.id, reaction: reaction!.id, subscription },
  };
  return { ...team, names };
}

type Status = { id: string; slug: string; report_id: string };

async function act<T = { id: string; email: string; slug: string }>(path: string, init: Parameters<typeof direct>[1]) {
  const response = await direct(`/api/v1${path}`, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Returns valid names that belong to no resource. */
export function absentNames(): Names {
  const [mark, person] = [newId().slice(0, 8), newPersonId()];
  const words = {
    personIdentifier: `ann-${mark}`,
    personEmail: `ann.${mark}@example.com`,
    personSlug: `ann-${mark}-x`,
  };
  const checkin = { checkin: newId(), checkinSlug: `2026-01-15-ann-${mark}`, report: newId() };
  const hanging = { activity: newId(), comment: newId(), reaction: newId(), subscription: newSubscriptionId() };
  return {
    mark,
    account: newId(),
    team: newId(),
    person,
    ...words,
    ...checkin,
    ...hanging,
    other: newPersonId(),
    merged: newPersonId(),
    integration: newId(),
  };
}
