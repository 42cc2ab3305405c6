import { env } from "cloudflare:workers";
import { identityId, newId } from "../../src/lib/id.ts";
import { call, mintTeam, type Team } from "./team.ts";

type Init = { method?: string; headers?: Record<string, string>; body?: unknown };

/** Sends a request that must succeed to a path under /api/v1, and returns its answer. */
export async function request<T>(path: string, init: Init): Promise<T> {
  const response = await call(`/api/v1${path}`, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** A person with a row in every table, and with `canary` in every text that the API accepts. */
export type Subject = {
  canary: string;
  team: Team;
  /** A second team of the account, which the person is also on. */
  sibling: Team;
  personId: string;
  /** Another person on the team. */
  otherId: string;
  mergedId: string;
  identifiers: string[];
  identityIds: string[];
  checkinId: string;
  subscriptionId: string;
  /** Every id by which a stored row can refer to the person. */
  ids: string[];
};

const reportedUser = (id: string, canary: string, n: number) => ({
  ...{ personIdentifier: id, name: `Name ${canary} ${n}`, email: `${canary}.${n}@example.com` },
  ...{ status: `Status ${canary}`, timezone: "Europe/London", details: { note: canary, nested: { more: [canary] } } },
});

/** Builds the body of a presence update, with the time now or `minutes` ago. */
export const presenceBody = (canary: string, users: unknown[], minutes = 0) => ({
  ...{ timestamp: new Date(Date.now() - minutes * 60_000).toISOString(), source: `source-${canary}`, users },
});

const eventBody = (canary: string, personIdentifier: string, n: number) => ({
  ...{ kind: `kind-${canary}`, externalId: `external-${canary}-${n}`, personIdentifier },
  ...{ timestamp: "2026-01-15T12:00:00Z", title: `Title ${canary}`, scope: `scope-${canary}` },
  ...{ url: `https://example.com/${canary}`, details: { [canary]: canary } },
});

/** Creates an account with two teams, and a `Subject` on them. */
export async function mintSubject(): Promise<Subject> {
  const canary = `canary${newId().slice(0, 8)}`;
  const team = await mintTeam();
  const sibling = await mintTeam({ accountId: team.accountId });
  const [first, second] = [`first-${canary}`, `second-${canary}`];
  const tool = { headers: team.asIntegration };
  // Ended and open blocks on both teams, also of the identity that is merged later.
  await request("/presence", { ...tool, body: presenceBody(canary, [reportedUser(first, canary, 1)], 5) });
  const users = [
    { ...reportedUser(first, canary, 1), status: `Else ${canary}` },
    { ...reportedUser(second, canary, 2) },
  ];
  await request("/presence", { ...tool, body: presenceBody(canary, users, 2) });
  const other = { personIdentifier: `other-${newId()}`, name: "Other Person", status: "online" };
  await request("/presence", { ...tool, body: presenceBody("desk", [other]) });
  await request("/presence", {
    headers: sibling.asIntegration,
    body: presenceBody(canary, [reportedUser(first, canary, 1)]),
  });
  const events = [eventBody(canary, first, 1), eventBody(canary, first, 2), eventBody(canary, second, 3)];
  await request("/events", { ...tool, body: { events } });
  await request("/events", { headers: sibling.asIntegration, body: { events: [eventBody(canary, first, 1)] } });
  const as = { headers: team.asTeam };
  type Found = { id: string };
  const [{ id: personId }, { id: mergedId }] = [
    await request<Found>(`/people/${first}`, as),
    await request<Found>(`/people/${second}`, as),
  ];
  const everyone = await request<{ data: (Found & { name: string })[] }>("/people", as);
  const otherId = everyone.data.find(({ name }) => name === "Other Person")!.id;
  // Both people are active, with check-ins and remarks, before they are merged.
  const change = { work_days: [1, 2, 3, 4, 5, 6, 7] };
  await request("/team", { ...as, method: "PATCH", body: change });
  for (const [n, id] of [personId, mergedId, otherId].entries()) {
    const sent = { role: "active", username: n < 2 ? `user.${canary}.${n}` : "other", location: `Place ${canary}` };
    await request(`/members/${id}`, { ...as, method: "PATCH", body: n < 2 ? sent : { role: "active" } });
  }
  const answers = { next: `Next ${canary} #tag-${canary}`, blockers: `Stuck ${canary}`, previous: `Did ${canary}` };
  const checkIn = async (member: string, sent: object) =>
    (await request<{ status: Found }>("/statuses", { ...as, body: { member, answers: sent } })).status.id;
  const checkinId = await checkIn(personId, { ...answers, previous_completed: true });
  await checkIn(mergedId, answers);
  const otherCheckinId = await checkIn(otherId, { next: "Something else" });
  for (const [on, by] of [
    [checkinId, personId],
    [checkinId, otherId],
    [otherCheckinId, personId],
    [otherCheckinId, mergedId],
  ] as const) {
    await request(`/statuses/${on}/comments`, { ...as, body: { person: by, body: `Comment ${canary}` } });
    await request(`/statuses/${on}/reactions`, { ...as, body: { person: by, body: `emoji-${canary}` } });
  }
  const activity = {
    email: `${canary}.1@example.com`,
    source: `board-${canary}`,
    description: `Moved <b>${canary}</b>`,
  };
  await request("/status_activities", { ...as, body: { ...activity, source_url: `https://example.com/x/${canary}` } });
  await request(`/member_absences/${personId}`, { ...as, body: { date: "2040-01-16" } });
  const { notification_id: subscriptionId } = await request<{ notification_id: string }>("/stats-notifications", {
    ...{ ...as, body: { user_id: personId, time_window: "yearly" } },
  });
  await request("/stats-notifications", { ...as, body: { user_id: mergedId, time_window: "weekly" } });
  await env.DB.batch([
    env.DB.prepare("INSERT INTO webhooks (subscription_id, team_id, url, created_at) VALUES (?, ?, ?, 1)").bind(
      ...[subscriptionId, team.teamId, `https://example.com/hook/${canary}`],
    ),
    env.DB.prepare(
      `INSERT INTO deliveries (id, subscription_id, team_id, message_id, attempt, attempted_at, duration_ms, error)
       VALUES (?, ?, ?, ?, 1, 1, 1, ?)`,
    ).bind(newId(), subscriptionId, team.teamId, `msg_${newId()}`, `No answer from ${canary}`),
    env.DB.prepare("UPDATE people SET former_id = ?, avatar_url = ? WHERE id = ?").bind(
      ...[`former-${canary}`, `https://example.com/${canary}.png`, personId],
    ),
  ]);
  await request(`/people/${personId}/merge`, { ...as, body: { person: mergedId } });
  // A second heartbeat makes an open block whose last heartbeat D1 does not have.
  await request("/presence", {
    ...tool,
    body: presenceBody(canary, [{ ...reportedUser(second, canary, 2), status: "busy" }]),
  });
  const { results } = await env.DB.prepare("SELECT id, identifier FROM identities WHERE person_id = ? ORDER BY id")
    .bind(personId)
    .all<{ id: string; identifier: string }>();
  const identifiers = results.map(({ identifier }) => identifier);
  const identityIds = await Promise.all(identifiers.map((identifier) => identityId(team.accountId, identifier)));
  const subject = { canary, team, sibling, personId, otherId, mergedId, identifiers, identityIds, checkinId };
  return { ...subject, subscriptionId, ids: [personId, mergedId, ...identityIds, checkinId, subscriptionId] };
}
