import { env, exports } from "cloudflare:workers";
import { keyPrefix, newId, newIntegrationKey, newPersonId, newTeamKey, sha256 } from "../../src/lib/id.ts";

/** A team of one suite, with its keys and the headers that carry them. */
export type Team = Awaited<ReturnType<typeof mintTeam>>;

type Options = {
  accountId?: string;
  onboarded?: boolean;
  active?: boolean;
  timeZone?: string;
  timeoutMinutes?: number;
};

/** Creates an account (or uses `accountId`) with a team, its key and one integration. */
export async function mintTeam(options: Options = {}) {
  const { onboarded = true, active = true, timeZone = "UTC", timeoutMinutes = 10 } = options;
  const accountId = options.accountId ?? newId();
  const [teamId, integrationId] = [newId(), newId()];
  const [teamKey, integrationKey] = [newTeamKey(), newIntegrationKey()];
  const now = Date.now();
  const run = (sql: string, ...params: unknown[]) => env.DB.prepare(sql).bind(...params);
  const key = async (text: string, integration: string | null) =>
    run(
      "INSERT INTO api_keys (digest, team_id, integration_id, prefix, created_at) VALUES (?, ?, ?, ?, ?)",
      ...[await sha256(text), teamId, integration, keyPrefix(text), now],
    );
  await env.DB.batch([
    run(
      "INSERT INTO accounts (id, name, onboarded_at, created_at) VALUES (?, 'Test', ?, ?) ON CONFLICT DO NOTHING",
      ...[accountId, onboarded ? now : null, now],
    ),
    run(
      "INSERT INTO teams (id, account_id, slug, name, time_zone, created_at) VALUES (?, ?, ?, 'Test', ?, ?)",
      ...[teamId, accountId, `team-${teamId}`, timeZone, now],
    ),
    run(
      "INSERT INTO integrations (id, team_id, name, active, presence_timeout_minutes, created_at) VALUES (?, ?, 'Test', ?, ?, ?)",
      ...[integrationId, teamId, active ? 1 : 0, timeoutMinutes, now],
    ),
    await key(teamKey, null),
    await key(integrationKey, integrationId),
  ]);
  const asTeam = { "X-TEAM-ID": teamId, "X-API-KEY": teamKey };
  const asIntegration = { Authorization: `Bearer ${integrationKey}` };
  return { accountId, teamId, integrationId, teamKey, integrationKey, asTeam, asIntegration };
}

/** Makes the two kinds of team that must see nothing of a team: one of another account, and another one of its account. */
export const mintStrangers = async ({ accountId }: Pick<Team, "accountId">): Promise<Team[]> => [
  await mintTeam(),
  await mintTeam({ accountId }),
];

/** Adds a new person without identities to a team, as an active member. */
export async function mintPerson(
  team: Team,
  { name, email = null, timeZone = null }: { name: string; email?: string | null; timeZone?: string | null },
): Promise<string> {
  const id = newPersonId();
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO people (id, account_id, name, slug, email, time_zone, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ).bind(id, team.accountId, name, id.toLowerCase().replace("_", "-"), email, timeZone, Date.now()),
    env.DB.prepare(
      "INSERT INTO members (id, team_id, person_id, role, username, created_at) VALUES (?, ?, ?, 'active', ?, ?)",
    ).bind(newId(), team.teamId, id, id, Date.now()),
  ]);
  return id;
}

type Init = { method?: string; headers?: Record<string, string>; body?: unknown };

/** Calls the Worker. A body that is not a string is sent as JSON. */
export function call(path: string, { method, headers = {}, body }: Init = {}): Promise<Response> {
  return exports.default.fetch(`https://rollcall.test${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
    body:
      body === undefined || typeof body === "string" ? ((body as string | undefined) ?? null) : JSON.stringify(body),
  });
}
