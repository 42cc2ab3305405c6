/** Finds the person of the account that each user of Status Hero is, or makes a new one. */
import { identityId } from "../../../src/lib/id.ts";
import { ianaTimeZone } from "../../../src/lib/rails_time_zone.ts";
import { fold, isEmail } from "../../../src/lib/text.ts";
import { isTimeZone } from "../../../src/lib/time_zone.ts";
import { changeName } from "../../../src/members/name_change.ts";
import { query, type Target } from "../../wrangler.ts";
import { derivedId, digest } from "../derived_id.ts";
import type { Destination } from "../destination.ts";
import { literal } from "../sql.ts";
import type { Team } from "./read.ts";
import type { Member, User } from "./schema.ts";

/** A user as the row of a person and of a membership. */
export type PersonRow = {
  personId: string;
  isNew: boolean;
  /** The id in Status Hero, if this import is the first that writes it. Null if a person of the account has it already. */
  formerId: string | null;
  name: string;
  lastName: string | null;
  slug: string;
  email: string | null;
  timeZone: string | null;
  location: string | null;
  avatarUrl: string | null;
  administrator: boolean;
  identityId: string;
  identifier: string;
  memberId: string;
  username: string;
  role: "active" | "observer";
  manager: boolean;
  /** When the person left the team. Their history stays. Null for a member. */
  removedAt: number | null;
};

/** Every person that the data of the team names, by their id in Status Hero; and the ids of people who are expected to check in. */
export type People = { people: Map<string, PersonRow>; expected: string[] };

type Known = { id: string; formerId: string | null; email: string | null; slug: string; successor: string };

/** Finds or makes a person for every user that the data of the team names. */
export async function planPeople(
  target: Target,
  { accountId, teamId }: Destination,
  team: Team,
  now: number,
): Promise<People> {
  const [people, identities, members] = (await query(
    target,
    `SELECT id, former_id AS formerId, email, slug, coalesce(merged_into, id) AS successor FROM people WHERE account_id = ${literal(accountId)};
     SELECT identifier, person_id AS personId FROM identities WHERE account_id = ${literal(accountId)};
     SELECT person_id AS personId, username, role = 'active' AND removed_at IS NULL AS isActive FROM members WHERE team_id = ${literal(teamId)};`,
  )) as [
    Known[],
    { identifier: string; personId: string }[],
    { personId: string; username: string; isActive: number }[],
  ];
  const byId = new Map(people.flatMap(({ id, successor }) => [[id, successor] as const]));
  const byFormerId = new Map(people.flatMap(({ formerId, successor }) => (formerId ? [[formerId, successor]] : [])));
  const byEmail = new Map([
    ...identities.map(({ identifier, personId }) => [fold(identifier), personId] as const),
    ...people.flatMap(({ email, successor }) => (email ? [[email, successor] as const] : [])),
  ]);
  const slugs = new Set(people.map(({ slug }) => slug));
  const usernames = new Set(members.map(({ username }) => username.toLowerCase()));
  const onTeam = new Set(members.map(({ personId }) => personId));
  const free = (taken: Set<string>, wanted: string, userId: string) => {
    const name = taken.has(wanted.toLowerCase()) ? `${wanted}-${digest(userId).slice(0, 6)}` : wanted;
    taken.add(name.toLowerCase());
    return name;
  };

  const rows = new Map<string, PersonRow>();
  for (const { user, member } of usersOf(team)) {
    const email = user.email && isEmail(user.email) ? fold(user.email) : null;
    const found = byFormerId.get(user.id) ?? (email && byEmail.get(email)) ?? byId.get(user.id);
    const personId = found ?? `usr_${digest(accountId, user.id).slice(0, 16)}`;
    const isOnTeam = onTeam.has(personId);
    const zone = user.time_zone === null ? null : ianaTimeZone(user.time_zone);
    const naming = changeName({ firstName: user.first_name ?? "", lastName: user.last_name ?? "" })!;
    const identifier = email ?? user.id;
    rows.set(user.id, {
      ...{ personId, isNew: found === undefined, email, identifier },
      formerId: byFormerId.has(user.id) || user.id === personId ? null : user.id,
      ...(naming.name === user.full_name ? naming : { name: user.full_name, lastName: null }),
      slug: found === undefined ? free(slugs, user.slug, user.id) : user.slug,
      timeZone: zone !== null && isTimeZone(zone) ? zone : null,
      location: locationOf(user, team),
      avatarUrl: user.avatar_url,
      administrator: user.administrator,
      identityId: await identityId(accountId, identifier),
      memberId: member?.id ?? derivedId(teamId, user.id),
      username: isOnTeam ? user.slug : free(usernames, member?.username ?? user.slug, user.id),
      role: member?.role === "observer" ? "observer" : "active",
      manager: member?.manager ?? false,
      removedAt: member ? null : now,
    });
    // Two users with one e-mail are one person here.
    if (email) byEmail.set(email, personId);
  }
  const joining = [...rows.values()].filter(({ role, removedAt }) => role === "active" && removedAt === null);
  const active = members.filter(({ isActive }) => isActive === 1);
  return { people: rows, expected: [...new Set([...joining, ...active].map(({ personId }) => personId))] };
}

/** Lists every user once: members, then people who left, whom only their check-ins and remarks name. */
function usersOf({ members, statuses, comments, reactions }: Team): { user: User; member: Member | undefined }[] {
  const users = new Map<string, { user: User; member: Member | undefined }>();
  for (const member of members) users.set(member.user.id, { user: member.user, member });
  for (const { user } of [...statuses, ...comments, ...reactions]) {
    if (!users.has(user.id)) users.set(user.id, { user, member: undefined });
  }
  return [...users.values()];
}

/** Finds a location. Only titles have it: "Check-in from Emma Garrett (Portland) for February 5, 2018". */
function locationOf({ id, full_name }: User, { statuses }: Team): string | null {
  const start = `Check-in from ${full_name} (`;
  const title = statuses.find(({ user, title }) => user.id === id && title.startsWith(start))?.title;
  const end = title?.lastIndexOf(") for ") ?? -1;
  return title && end > start.length ? title.slice(start.length, end) : null;
}
