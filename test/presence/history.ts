import { env } from "cloudflare:workers";
import { identityId, newId } from "../../src/lib/id.ts";
import { MINUTE, START } from "../support/presence.ts";
import type { Team } from "../support/team.ts";

/** A block of the past, in minutes after START. */
export type PastBlock = { who: string; from: number; to: number; seen?: number; status?: string; source?: string };

/**
 * Inserts past blocks into D1, because heartbeats older than a day are not recorded. Their people must exist already.
 */
export async function insertPastBlocks(team: Team, blocks: PastBlock[]): Promise<string[]> {
  const identities = new Map<string, string>();
  for (const { who } of blocks) {
    if (!identities.has(who)) identities.set(who, await identityId(team.accountId, who));
  }
  const rows = blocks.map(({ who, from, to, seen = to, status = "online", source = "past" }) => ({
    ...{ id: newId(), identity: identities.get(who), status, source },
    ...{ from: START + from * MINUTE, seen: START + seen * MINUTE, to: START + to * MINUTE },
  }));
  await env.DB.prepare(
    `INSERT INTO blocks (id, team_id, identity_id, integration_id, source, status, started_at, last_seen_at, ended_at)
     SELECT b.value ->> 'id', ?1, b.value ->> 'identity', ?2, b.value ->> 'source', b.value ->> 'status',
       b.value ->> 'from', b.value ->> 'seen', b.value ->> 'to'
     FROM json_each(?3) b`,
  )
    .bind(team.teamId, team.integrationId, JSON.stringify(rows))
    .run();
  return rows.map(({ id }) => id);
}
