import { atomically } from "../../src/db/client.ts";
import {
  linkStatements,
  newIdentity,
  type ReportedChange,
  type ReportedIdentity,
  updatePeopleStatements,
} from "../../src/people/store.ts";
import { db, rows } from "./database.ts";
import type { Team } from "./team.ts";

type Reported = Partial<ReportedIdentity> & { identifier: string };

const withDefaults = (reported: Reported): ReportedIdentity => ({
  name: null,
  email: null,
  timeZone: null,
  ...reported,
});

/** Stores people that tools report on a team, in one batch, as presence and events do. Returns the results of its statements. */
export async function reportPeople(team: Team, ...people: Reported[]) {
  const identities = await Promise.all(people.map((person) => newIdentity(team.accountId, withDefaults(person))));
  return atomically(db, linkStatements(team, { integrationId: team.integrationId }, identities, Date.now()));
}

/** Stores what tools now report of known people. */
export async function reportChanges(team: Team, ...people: Reported[]) {
  const changes = await Promise.all(
    people.map(async (person): Promise<ReportedChange> => {
      const { identityId, name, email, timeZone } = await newIdentity(team.accountId, withDefaults(person));
      return { identityId, name, email, timeZone };
    }),
  );
  return atomically(db, updatePeopleStatements(team, changes));
}

/** Lists the people of the team's account, each with their identifiers in one text. */
export const listStoredPeople = (team: Team) =>
  rows<{ name: string; slug: string; email: string | null; time_zone: string | null; identifiers: string | null }>(
    `SELECT person.name, person.slug, person.email, person.time_zone,
       (SELECT group_concat(identifier, ' ') FROM (
         SELECT identifier FROM identities WHERE person_id = person.id ORDER BY identifier)) AS identifiers
     FROM people person WHERE person.account_id = ? ORDER BY identifiers, person.name`,
    team.accountId,
  );
