import { env } from "cloudflare:workers";
import { atomically, database } from "../../src/db/client.ts";
import {
  linkStatements,
  newIdentity,
  type ReportedChange,
  type ReportedIdentity,
  updatePeopleStatements,
} from "../../src/people/store.ts";
import type { Team } from "./team.ts";

export const db = database(env.DB);

type Said = Partial<ReportedIdentity> & { identifier: string };

const sighting = (said: Said): ReportedIdentity => ({ name: null, email: null, timeZone: null, ...said });

/** Tools name somebody on the team: all in one batch, as presence and events do. Answers what the statements did. */
export async function see(team: Team, ...said: Said[]) {
  const arrivals = await Promise.all(said.map((one) => newIdentity(team.accountId, sighting(one))));
  return atomically(db, linkStatements(team, arrivals, Date.now()));
}

/** Tools say more of people already seen. */
export async function describe(team: Team, ...said: Said[]) {
  const descriptions = await Promise.all(
    said.map(async (one): Promise<ReportedChange> => {
      const { identityId, name, email, timeZone } = await newIdentity(team.accountId, sighting(one));
      return { identityId, name, email, timeZone };
    }),
  );
  return atomically(db, updatePeopleStatements(team, descriptions));
}

/** Every row a query finds, for looking at what is stored. */
export async function rows<T = Record<string, unknown>>(sql: string, ...params: unknown[]): Promise<T[]> {
  const { results } = await env.DB.prepare(sql)
    .bind(...params)
    .all<T>();
  return results;
}

/** The people of the team's account, with the identifiers that point to each. */
export const peopleOf = (team: Team) =>
  rows<{ name: string; slug: string; email: string | null; time_zone: string | null; identifiers: string | null }>(
    `SELECT p.name, p.slug, p.email, p.time_zone,
       (SELECT group_concat(identifier, ' ') FROM (SELECT identifier FROM identities WHERE person_id = p.id ORDER BY identifier)) AS identifiers
     FROM people p WHERE p.account_id = ? ORDER BY identifiers, p.name`,
    team.accountId,
  );
