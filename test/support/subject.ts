import { env } from "cloudflare:workers";
import { identityId, newId } from "../../src/lib/id.ts";
import { call, mintTeam, type Team } from "./team.ts";

type Init = { method?: string; headers?: Record<string, string>; body?: unknown };

/** What a path under /api/v1 answers, which must be well. */
export async function act<T>(path: string, init: Init): Promise<T> {
  const response = await call(`/api/v1${path}`, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Somebody of whom there is something in every table, and a canary in every text that the API lets one write. */
export type Subject = {
  canary: string;
  team: Team;
  /** A second team of the account, which knows them too. */
  sibling: Team;
  personId: string;
  /** Somebody else on the team. */
  otherId: string;
  mergedId: string;
  identifiers: string[];
  identityIds: string[];
  checkinId: string;
  subscriptionId: string;
  /** Every id by which anything stored may name them. */
  ids: string[];
};

const person = (id: string, of: string, n: number) => ({
  ...{ personIdentifier: id, name: `Name ${of} ${n}`, email: `${of}.${n}@example.com` },
  ...{ status: `Status ${of}`, timezone: "Europe/London", details: { note: of, nested: { more: [of] } } },
});

/** A presence update of now, or of minutes ago. */
export const presenceOf = (canary: string, users: unknown[], minutes = 0) => ({
  ...{ timestamp: new Date(Date.now() - minutes * 60_000).toISOString(), source: `source-${canary}`, users },
});

const eventOf = (canary: string, personIdentifier: string, n: number) => ({
  ...{ kind: `kind-${canary}`, externalId: `external-${canary}-${n}`, personIdentifier },
  ...{ timestamp: "2026-01-15T12:00:00Z", title: `Title ${canary}`, scope: `scope-${canary}` },
  ...{ url: `https://example.com/${canary}`, details: { [canary]: canary } },
});

/** Mints an account with two teams, and on them somebody with something of everything. */
export async function mintSubject(): Promise<Subject> {
  const canary = `canary${newId().slice(0, 8)}`;
  const team = await mintTeam();
  const sibling = await mintTeam({ accountId: team.accountId });
  const [first, second] = [`first-${canary}`, `second-${canary}`];
  const tool = { headers: team.asIntegration };
  // Blocks that ended, and one that is open, in both teams; the merged self has some too.
  await act("/presence", { ...tool, body: presenceOf(canary, [person(first, canary, 1)], 5) });
  const users = [{ ...person(first, canary, 1), status: `Else ${canary}` }, { ...person(second, canary, 2) }];
  await act("/presence", { ...tool, body: presenceOf(canary, users, 2) });
  const other = { personIdentifier: `other-${newId()}`, name: "Other Person", status: "online" };
  await act("/presence", { ...tool, body: presenceOf("desk", [other]) });
  await act("/presence", { headers: sibling.asIntegration, body: presenceOf(canary, [person(first, canary, 1)]) });
  const events = [eventOf(canary, first, 1), eventOf(canary, first, 2), eventOf(canary, second, 3)];
  await act("/events", { ...tool, body: { events } });
  await act("/events", { headers: sibling.asIntegration, body: { events: [eventOf(canary, first, 1)] } });
  const as = { headers: team.asTeam };
  type Found = { id: string };
  const [{ id: personId }, { id: mergedId }] = [
    await act<Found>(`/people/${first}`, as),
    await act<Found>(`/people/${second}`, as),
  ];
  const everybody = await act<{ data: (Found & { name: string })[] }>("/people", as);
  const otherId = everybody.data.find(({ name }) => name === "Other Person")!.id;
  // Both are active, with check-ins and remarks of their own, before they are merged.
  const change = { work_days: [1, 2, 3, 4, 5, 6, 7] };
  await act("/team", { ...as, method: "PATCH", body: change });
  for (const [n, id] of [personId, mergedId, otherId].entries()) {
    const said = { role: "active", username: n < 2 ? `user.${canary}.${n}` : "other", location: `Place ${canary}` };
    await act(`/members/${id}`, { ...as, method: "PATCH", body: n < 2 ? said : { role: "active" } });
  }
  const answers = { next: `Next ${canary} #tag-${canary}`, blockers: `Stuck ${canary}`, previous: `Did ${canary}` };
  const checkIn = async (member: string, said: object) =>
    (await act<{ status: Found }>("/statuses", { ...as, body: { member, answers: said } })).status.id;
  const checkinId = await checkIn(personId, { ...answers, previous_completed: true });
  await checkIn(mergedId, answers);
  const otherCheckinId = await checkIn(otherId, { next: "Something else" });
  for (const [on, by] of [
    [checkinId, personId],
    [checkinId, otherId],
    [otherCheckinId, personId],
    [otherCheckinId, mergedId],
  ] as const) {
    await act(`/statuses/${on}/comments`, { ...as, body: { person: by, body: `Comment ${canary}` } });
    await act(`/statuses/${on}/reactions`, { ...as, body: { person: by, body: `emoji-${canary}` } });
  }
  const activity = {
    email: `${canary}.1@example.com`,
    source: `board-${canary}`,
    description: `Moved <b>${canary}</b>`,
  };
  await act("/status_activities", { ...as, body: { ...activity, source_url: `https://example.com/x/${canary}` } });
  await act(`/member_absences/${personId}`, { ...as, body: { date: "2040-01-16" } });
  const { notification_id: subscriptionId } = await act<{ notification_id: string }>("/stats-notifications", {
    ...{ ...as, body: { user_id: personId, time_window: "yearly" } },
  });
  await act("/stats-notifications", { ...as, body: { user_id: mergedId, time_window: "weekly" } });
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
  await act(`/people/${personId}/merge`, { ...as, body: { person: mergedId } });
  // Once more, so that there is an open block, and news of it that D1 does not have.
  await act("/presence", { ...tool, body: presenceOf(canary, [{ ...person(second, canary, 2), status: "busy" }]) });
  const { results } = await env.DB.prepare("SELECT id, identifier FROM identities WHERE person_id = ? ORDER BY id")
    .bind(personId)
    .all<{ id: string; identifier: string }>();
  const identifiers = results.map(({ identifier }) => identifier);
  const identityIds = await Promise.all(identifiers.map((identifier) => identityId(team.accountId, identifier)));
  const subject = { canary, team, sibling, personId, otherId, mergedId, identifiers, identityIds, checkinId };
  return { ...subject, subscriptionId, ids: [personId, mergedId, ...identityIds, checkinId, subscriptionId] };
}
