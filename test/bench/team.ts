import { identityId, keyPrefix, newId, newIntegrationKey, newPersonId, newTeamKey, sha256 } from "../../src/lib/id.ts";
import type { Bench } from "./harness.ts";

/** A team in its own account, with its keys and people. */
export type BenchTeam = Awaited<ReturnType<typeof addTeam>>;

/** Every day is a work day, so that a run on a Sunday measures the same. */
const WORK_DAYS = JSON.stringify([1, 2, 3, 4, 5, 6, 7]);

/** Inserts a team of this many people in UTC. Each is an active member with one identity. */
export async function addTeam({ sql }: Pick<Bench, "sql">, size: number) {
  const [accountId, teamId, integrationId, now] = [newId(), newId(), newId(), Date.now()];
  const [teamKey, integrationKey] = [newTeamKey(), newIntegrationKey()];
  const people = await Promise.all(
    Array.from({ length: size }, async (_, n) => {
      const identifier = `person.${n}`;
      return { id: newPersonId(), identifier, identity: await identityId(accountId, identifier), member: newId() };
    }),
  );
  const add = (into: string, select: string, params: unknown[]) => ({ sql: `INSERT INTO ${into} ${select}`, params });
  const key = async (text: string, of: string | null) =>
    add("api_keys (digest, team_id, integration_id, prefix, created_at)", "VALUES (?, ?, ?, ?, ?)", [
      ...[await sha256(text), teamId, of, keyPrefix(text), now],
    ]);
  const each = (into: string, select: string, ...params: unknown[]) =>
    add(into, `SELECT ${select} FROM json_each(?1) p`, [JSON.stringify(people), ...params]);
  await sql([
    add("accounts (id, name, onboarded_at, created_at)", "VALUES (?1, 'Bench', ?2, ?2)", [accountId, now]),
    add(
      "teams (id, account_id, slug, name, time_zone, work_days, created_at)",
      "VALUES (?1, ?2, 'team-' || ?1, 'Bench', 'UTC', ?3, ?4)",
      [teamId, accountId, WORK_DAYS, now],
    ),
    add("integrations (id, team_id, name, created_at)", "VALUES (?, ?, 'Bench', ?)", [integrationId, teamId, now]),
    await key(teamKey, null),
    await key(integrationKey, integrationId),
    each(
      "people (id, account_id, name, slug, created_at)",
      "p.value ->> 'id', ?2, p.value ->> 'identifier', replace(lower(p.value ->> 'id'), '_', '-'), ?3",
      ...[accountId, now],
    ),
    each(
      "identities (id, account_id, identifier, person_id, created_at)",
      "p.value ->> 'identity', ?2, p.value ->> 'identifier', p.value ->> 'id', ?3",
      ...[accountId, now],
    ),
    each(
      "members (id, team_id, person_id, role, username, created_at)",
      "p.value ->> 'member', ?2, p.value ->> 'id', 'active', p.value ->> 'id', ?3",
      ...[teamId, now],
    ),
  ]);
  const asTeam = { "X-TEAM-ID": teamId, "X-API-KEY": teamKey };
  const asIntegration = { Authorization: `Bearer ${integrationKey}` };
  return { accountId, teamId, integrationId, integrationKey, people, asTeam, asIntegration };
}
