import { type SQL, sql } from "drizzle-orm";
import { identityId, newId, newPersonId } from "../lib/id.ts";
import { pages } from "../lib/pages.ts";
import { fold, isEmail, slugify } from "../lib/text.ts";

/** Where somebody was seen: the team, and the account that its people belong to. */
export type Tenant = { accountId: string; teamId: string };
/** The account of a tenant: people are of all its teams. */
export type Account = Pick<Tenant, "accountId">;

/** Somebody as a tool names them. Null is what the tool does not say, and changes nothing. */
export type ReportedIdentity = {
  identifier: string;
  name: string | null;
  email: string | null;
  timeZone: string | null;
};

/** A reported with the ids it gets if it is the first of its kind, fixed so that a retry makes nobody twice. */
export type NewIdentity = ReportedIdentity & { identityId: string; personId: string; memberId: string };

/** Prepares a reported for `linkStatements`. */
export async function newIdentity(accountId: string, reported: ReportedIdentity): Promise<NewIdentity> {
  const id = await identityId(accountId, reported.identifier);
  return { ...reported, identityId: id, personId: newPersonId(), memberId: newId() };
}

/**
 * The statements, to run `atomically`, after which every newIdentity's identity exists, points to a person, and that person
 * is on the team. An unseen identifier links to the person with the same e-mail, or whose e-mail it is, else a new person
 * is made; who was not on the team joins as observer, and who was removed from it stays removed. Arrivals already known
 * write no row.
 */
export function linkStatements(tenant: Tenant, newIdentities: NewIdentity[], now: number): SQL[] {
  return [...pages(withNames(newIdentities))].flatMap((page) => {
    const rows = JSON.stringify(page);
    return [...identifyPage(tenant, rows, now), joinPage(tenant, rows, now)];
  });
}

/** As `linkStatements`, but nobody joins a team. */
export const identifyStatements = (account: Account, newIdentities: NewIdentity[], now: number): SQL[] =>
  [...pages(withNames(newIdentities))].flatMap((page) => identifyPage(account, JSON.stringify(page), now));

function identifyPage({ accountId }: Account, rows: string, now: number): SQL[] {
  const unseen = sql`NOT EXISTS (SELECT 1 FROM identities WHERE id = a.value ->> 'identityId')`;
  // Who already answers to the e-mail, or to the identifier as an e-mail, be it their own or what a tool calls them: a
  // merged person's successor answers for them.
  const known = sql`coalesce(
    (SELECT coalesce(p.merged_into, p.id) FROM people p
      WHERE p.account_id = ${accountId} AND p.email IN (a.value ->> 'email', a.value ->> 'identifierEmail')
      ORDER BY p.email = (a.value ->> 'email') DESC LIMIT 1),
    (SELECT person_id FROM identities WHERE account_id = ${accountId} AND identifier = (a.value ->> 'email')))`;
  const people = sql`
    INSERT INTO people (id, account_id, name, slug, email, time_zone, created_at)
    SELECT a.value ->> 'personId', ${accountId}, coalesce(a.value ->> 'name', a.value ->> 'identifier'),
      CASE WHEN EXISTS (SELECT 1 FROM people WHERE account_id = ${accountId} AND slug = (a.value ->> 'slug'))
        THEN a.value ->> 'slugIfTaken' ELSE a.value ->> 'slug' END,
      a.value ->> 'email', a.value ->> 'timeZone', ${now}
    FROM json_each(${rows}) a WHERE ${unseen} AND ${known} IS NULL
    ON CONFLICT DO NOTHING`;
  const identities = sql`
    INSERT INTO identities (id, account_id, identifier, person_id, created_at)
    SELECT a.value ->> 'identityId', ${accountId}, a.value ->> 'identifier', coalesce(${known}, a.value ->> 'personId'), ${now}
    FROM json_each(${rows}) a WHERE ${unseen}
    ON CONFLICT DO NOTHING`;
  return [people, identities];
}

const joinPage = ({ teamId }: Tenant, rows: string, now: number): SQL => sql`
  INSERT INTO members (id, team_id, person_id, role, username, created_at)
  SELECT a.value ->> 'memberId', ${teamId}, i.person_id, 'observer',
    ${usualUsername(sql`${teamId}`, sql`p.slug`, sql`a.value ->> 'memberId'`)}, ${now}
  FROM json_each(${rows}) a JOIN identities i ON i.id = (a.value ->> 'identityId') JOIN people p ON p.id = i.person_id
  WHERE NOT EXISTS (SELECT 1 FROM members WHERE team_id = ${teamId} AND person_id = i.person_id)
  ON CONFLICT DO NOTHING`;

/** The username somebody joins a team with: their slug, or one made from it where a member of the team goes by that. */
export const usualUsername = (teamId: SQL, slug: SQL, memberId: SQL): SQL => sql`
  CASE WHEN EXISTS (SELECT 1 FROM members u WHERE u.team_id = ${teamId} AND u.username = ${slug})
    THEN ${slug} || '-' || substr(${memberId}, 1, 6) ELSE ${slug} END`;

/** What a person made from each newIdentity would be called, addressed and reached by. */
function withNames(newIdentities: NewIdentity[]) {
  const slugs = new Set<string>();
  return newIdentities.map((a) => {
    const base = slugify(a.name ?? a.identifier) || "person";
    const slugIfTaken = `${base}-${a.personId.slice(-6).toLowerCase()}`;
    const slug = slugs.has(base) ? slugIfTaken : base;
    slugs.add(base);
    const identifierEmail = isEmail(a.identifier) ? fold(a.identifier) : null;
    const email = a.email === null ? identifierEmail : fold(a.email);
    return { ...a, email, identifierEmail, slug, slugIfTaken };
  });
}

/** Somebody known, as a tool now describes them. */
export type Description = { identityId: string; name: string | null; email: string | null; timeZone: string | null };

/**
 * The statements that bring people up to date with what tools say of them: their zone, their name where it was only an
 * identifier of theirs so far, and their e-mail where they had none and nobody else has it.
 */
export function describeStatements(tenant: Tenant, descriptions: Description[]): SQL[] {
  const folded = descriptions.map((d) => ({ ...d, email: d.email && fold(d.email) }));
  const statements = [...pages(folded)].flatMap((page) => describePage(tenant, JSON.stringify(page)));
  return [...statements, bumpDirectoryVersion(tenant)];
}

function describePage({ accountId }: Tenant, rows: string): SQL[] {
  const described = sql`(
    SELECT i.person_id, max(a.value ->> 'timeZone') AS time_zone, max(a.value ->> 'name') AS name, min(a.value ->> 'email') AS email
    FROM json_each(${rows}) a CROSS JOIN identities i ON i.id = (a.value ->> 'identityId')
    WHERE i.account_id = ${accountId} GROUP BY i.person_id)`;
  const describe = sql`
    UPDATE people SET
      time_zone = coalesce(d.time_zone, people.time_zone),
      name = CASE WHEN d.name IS NOT NULL AND EXISTS (
          SELECT 1 FROM identities WHERE person_id = people.id AND identifier = people.name)
        THEN d.name ELSE people.name END
    FROM ${described} d WHERE people.id = d.person_id
      AND (coalesce(d.time_zone, people.time_zone) IS NOT people.time_zone OR (d.name IS NOT NULL AND d.name <> people.name))`;
  // By itself, and ignored where two people of one batch claim the same address: neither may cost the other their zone.
  const reach = sql`
    UPDATE OR IGNORE people SET email = d.email
    FROM ${described} d WHERE people.id = d.person_id AND people.email IS NULL AND d.email IS NOT NULL`;
  return [describe, reach];
}

/**
 * The ids of somebody and of everybody merged into them: what is kept of any of these is theirs by now. The index is named
 * because hardly anybody is merged, and statistics that say so have SQLite look through all people.
 */
export const mergedPersonIds = (personId: string | SQL): SQL =>
  sql`SELECT ${personId} UNION ALL SELECT id FROM people INDEXED BY people_by_merge WHERE merged_into = ${personId}`;

/** The statement by which the objects of an account's teams learn that who is who has changed, if `condition` holds. */
export const bumpDirectoryVersion = ({ accountId }: Account, condition: SQL = sql`true`): SQL =>
  sql`UPDATE accounts SET directory_version = directory_version + 1 WHERE id = ${accountId} AND ${condition}`;
