import { type SQL, sql } from "drizzle-orm";
import { identityId, newId, newPersonId } from "../lib/id.ts";
import { pages } from "../lib/pages.ts";
import { fold, isEmail, slugify } from "../lib/text.ts";
import { countedDay } from "./new_identities.ts";

/** A team, and the account that it and its people belong to. */
export type Tenant = { accountId: string; teamId: string };
/** An account: its people may be on any of its teams. */
export type Account = Pick<Tenant, "accountId">;

/**
 * The key that creates identities: an integration's, or the team's own (`integrationId` null). With `limit`, it creates no
 * more than so many on one UTC day: see `teams.new_identities_per_day`.
 */
export type Creator = { integrationId: string | null; limit?: number };

/** A person as a tool reports them. Null is what the tool leaves out. */
export type ReportedIdentity = {
  identifier: string;
  name: string | null;
  email: string | null;
  timeZone: string | null;
};

/** A reported identity, with the ids to use if it is new. They are fixed before the write, so that a retry creates no second person. */
export type NewIdentity = ReportedIdentity & { identityId: string; personId: string; memberId: string };

/** Prepares a reported identity for `linkStatements`. */
export async function newIdentity(accountId: string, reported: ReportedIdentity): Promise<NewIdentity> {
  const id = await identityId(accountId, reported.identifier);
  return { ...reported, identityId: id, personId: newPersonId(), memberId: newId() };
}

/**
 * Makes the statements, to run `atomically`, that create each identity with its person and add the person to the team. A new
 * identity belongs to the person who has the reported e-mail, or the identifier as e-mail; else to a new person. A person who
 * is new to the team becomes an observer; a removed one stays removed. Known identities write no row. New ones
 * count for `creator`, and those beyond its limit are left out.
 */
export function linkStatements(tenant: Tenant, creator: Creator, newIdentities: NewIdentity[], now: number): SQL[] {
  return [...pages(withPersonFields(newIdentities))].flatMap((page) => {
    const rows = JSON.stringify(page);
    return [...identityPageStatements(tenant, creator, rows, now), joinTeamStatement(tenant, rows, now)];
  });
}

/** Makes statements as `linkStatements` does, but adds no person to a team. */
export const identityStatements = (
  tenant: Tenant,
  creator: Creator,
  newIdentities: NewIdentity[],
  now: number,
): SQL[] =>
  [...pages(withPersonFields(newIdentities))].flatMap((page) =>
    identityPageStatements(tenant, creator, JSON.stringify(page), now),
  );

function identityPageStatements(tenant: Tenant, creator: Creator, rows: string, now: number): SQL[] {
  const { accountId } = tenant;
  const isNew = sql`NOT EXISTS (SELECT 1 FROM identities WHERE id = reported.value ->> 'identityId')`;
  // The person with the reported e-mail, else with the identifier as e-mail, else with the reported e-mail as identifier. For a
  // merged person, it is the person they were merged into.
  const existingPerson = sql`coalesce(
    (SELECT coalesce(person.merged_into, person.id) FROM people person
      WHERE person.account_id = ${accountId}
        AND person.email IN (reported.value ->> 'email', reported.value ->> 'identifierEmail')
      ORDER BY person.email = (reported.value ->> 'email') DESC LIMIT 1),
    (SELECT person_id FROM identities WHERE account_id = ${accountId} AND identifier = (reported.value ->> 'email')))`;
  // Both statements below see the same identities as new, and the same count: so they take the same ones.
  const withinLimit =
    creator.limit === undefined ? sql`` : sql`LIMIT max(0, ${creator.limit} - ${createdToday(tenant, creator, now)})`;
  const newOnes = sql`(SELECT reported.value FROM json_each(${rows}) reported WHERE ${isNew} ${withinLimit}) reported`;
  const insertPeople = sql`
    INSERT INTO people (id, account_id, name, slug, email, time_zone, created_at)
    SELECT reported.value ->> 'personId', ${accountId},
      coalesce(reported.value ->> 'name', reported.value ->> 'identifier'),
      CASE WHEN EXISTS (SELECT 1 FROM people WHERE account_id = ${accountId} AND slug = (reported.value ->> 'slug'))
        THEN reported.value ->> 'slugIfTaken' ELSE reported.value ->> 'slug' END,
      reported.value ->> 'email', reported.value ->> 'timeZone', ${now}
    FROM ${newOnes} WHERE ${existingPerson} IS NULL
    ON CONFLICT DO NOTHING`;
  // Runs after `insertPeople`: two new identities with one e-mail then find the same new person.
  // The trigger `identities_stale_new` marks all days of a person whose blocks were written before this identity.
  const insertIdentities = sql`
    INSERT INTO identities (id, account_id, identifier, person_id, integration_id, created_at)
    SELECT reported.value ->> 'identityId', ${accountId}, reported.value ->> 'identifier',
      coalesce(${existingPerson}, reported.value ->> 'personId'), ${creator.integrationId}, ${now}
    FROM ${newOnes} WHERE true
    ON CONFLICT DO NOTHING`;
  return [insertPeople, insertIdentities, countCreated(tenant, creator, now)];
}

/** Returns the id under which the identities of a key are counted. */
export const creatorId = ({ teamId }: Tenant, { integrationId }: Creator): string => integrationId ?? teamId;

/** SQL expression: how many identities a key has created on the UTC day of `now`. Reads one row. */
export const createdToday = (tenant: Tenant, creator: Creator, now: number): SQL => sql`coalesce((
  SELECT created FROM identity_counts WHERE creator_id = ${creatorId(tenant, creator)} AND day = ${countedDay(now)}), 0)`;

/** Counts the identities that the statement before it created. Where that created none, it writes no row. */
const countCreated = (tenant: Tenant, creator: Creator, now: number): SQL => sql`
  INSERT INTO identity_counts (creator_id, team_id, day, created)
  SELECT ${creatorId(tenant, creator)}, ${tenant.teamId}, ${countedDay(now)}, changes() WHERE changes() > 0
  ON CONFLICT (creator_id) DO UPDATE SET
    created = excluded.created + iif(day = excluded.day, created, 0), day = excluded.day`;

const joinTeamStatement = ({ teamId }: Tenant, rows: string, now: number): SQL => sql`
  INSERT INTO members (id, team_id, person_id, role, username, created_at)
  SELECT reported.value ->> 'memberId', ${teamId}, identity.person_id, 'observer',
    ${defaultUsername(sql`${teamId}`, sql`person.slug`, sql`reported.value ->> 'memberId'`)}, ${now}
  FROM json_each(${rows}) reported
  JOIN identities identity ON identity.id = (reported.value ->> 'identityId')
  JOIN people person ON person.id = identity.person_id
  WHERE NOT EXISTS (SELECT 1 FROM members WHERE team_id = ${teamId} AND person_id = identity.person_id)
  ON CONFLICT DO NOTHING`;

/** The username of a new member: the person's slug, with six characters of the membership's id where it is taken on the team. */
export const defaultUsername = (teamId: SQL, slug: SQL, memberId: SQL): SQL => sql`
  CASE WHEN EXISTS (SELECT 1 FROM members other WHERE other.team_id = ${teamId} AND other.username = ${slug})
    THEN ${slug} || '-' || substr(${memberId}, 1, 6) ELSE ${slug} END`;

/** Adds to each identity what a new person needs: a folded e-mail, a slug, and another slug for when that one is taken. */
function withPersonFields(newIdentities: NewIdentity[]) {
  const slugs = new Set<string>();
  return newIdentities.map((identity) => {
    const base = slugify(identity.name ?? identity.identifier) || "person";
    const slugIfTaken = `${base}-${identity.personId.slice(-6).toLowerCase()}`;
    const slug = slugs.has(base) ? slugIfTaken : base;
    slugs.add(base);
    const identifierEmail = isEmail(identity.identifier) ? fold(identity.identifier) : null;
    const email = identity.email === null ? identifierEmail : fold(identity.email);
    return { ...identity, email, identifierEmail, slug, slugIfTaken };
  });
}

/** What a tool now reports of a known identity. Null is what it leaves out. */
export type ReportedChange = { identityId: string; name: string | null; email: string | null; timeZone: string | null };

/**
 * Makes the statements that update people to what tools report: the time zone always, the name where it was only an
 * identifier so far, the e-mail where there was none and no other person has it. A tool of a team that only observes a person
 * changes nothing of a member of another team.
 */
export function updatePeopleStatements(tenant: Tenant, changes: ReportedChange[]): SQL[] {
  const folded = changes.map((change) => ({ ...change, email: change.email && fold(change.email) }));
  const statements = [...pages(folded)].flatMap((page) => updatePageStatements(tenant, JSON.stringify(page)));
  return [...statements, bumpDirectoryVersion(tenant)];
}

function updatePageStatements({ accountId, teamId }: Tenant, rows: string): SQL[] {
  const isMember = (isOfTeam: SQL) => sql`EXISTS (
    SELECT 1 FROM members member WHERE member.person_id = identity.person_id AND ${isOfTeam}
      AND member.removed_at IS NULL AND (member.role = 'active' OR member.manager))`;
  const isMemberElsewhere = sql`
    ${isMember(sql`member.team_id <> ${teamId}`)} AND NOT ${isMember(sql`member.team_id = ${teamId}`)}`;
  // CROSS JOIN: SQLite reads the reported rows first, and not all identities of the account.
  const withUpdates = sql`
    WITH updates (person_id, time_zone, name, email) AS (
      SELECT identity.person_id, max(reported.value ->> 'timeZone'), max(reported.value ->> 'name'),
        min(reported.value ->> 'email')
      FROM json_each(${rows}) reported CROSS JOIN identities identity ON identity.id = (reported.value ->> 'identityId')
      WHERE identity.account_id = ${accountId} AND NOT (${isMemberElsewhere}) GROUP BY identity.person_id)`;
  // The trigger `people_stale` marks the days of a person whose time zone changes.
  const updateZonesAndNames = sql`${withUpdates}
    UPDATE people SET
      time_zone = coalesce(updates.time_zone, people.time_zone),
      name = CASE WHEN updates.name IS NOT NULL AND EXISTS (
          SELECT 1 FROM identities WHERE person_id = people.id AND identifier = people.name)
        THEN updates.name ELSE people.name END
    FROM updates WHERE people.id = updates.person_id
      AND (coalesce(updates.time_zone, people.time_zone) IS NOT people.time_zone
        OR (updates.name IS NOT NULL AND updates.name <> people.name))`;
  // A statement of its own that ignores conflicts: where two people of one batch claim an address, both keep their zones.
  const updateEmails = sql`${withUpdates}
    UPDATE OR IGNORE people SET email = updates.email
    FROM updates WHERE people.id = updates.person_id AND people.email IS NULL AND updates.email IS NOT NULL`;
  return [updateZonesAndNames, updateEmails];
}

/**
 * Selects the ids of a person and of everyone merged into them: rows of any of these belong to the person. The index is
 * named because few people are merged: with statistics that say so, SQLite scans all people instead.
 */
export const mergedPersonIds = (personId: string | SQL): SQL =>
  sql`SELECT ${personId} UNION ALL SELECT id FROM people INDEXED BY people_by_merge WHERE merged_into = ${personId}`;

/** Makes the statement that has the objects of an account's teams read people and settings again, if `condition` holds. */
export const bumpDirectoryVersion = ({ accountId }: Account, condition: SQL = sql`true`): SQL =>
  sql`UPDATE accounts SET directory_version = directory_version + 1 WHERE id = ${accountId} AND ${condition}`;
