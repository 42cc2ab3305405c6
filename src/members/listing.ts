import { byName, holds, searchable } from "../people/listing.ts";
import { splitName } from "../people/name.ts";
import type { User } from "../people/user.ts";

/**
 * A page of `size` members, counted from 1, by last name, first name and id. With `q`, only those whose last name, first name or e-mail address
 * holds it, whatever the case and the accents (Status Hero, "Get All Members").
 */
export function pageOfMembers<T extends User & { memberId: string }>(
  team: readonly T[],
  { q, page, size }: { q: string; page: number; size: number },
): T[] {
  const sought = searchable(q);
  return team
    .filter(({ name, email }) => holds(name, sought) || holds(email, sought))
    .map((member) => ({ member, ...splitName(member) }))
    .sort((a, b) => byName(a.last, b.last) || byName(a.first, b.first) || byId(a.member, b.member))
    .slice((page - 1) * size, page * size)
    .map(({ member }) => member);
}

const byId = (a: { memberId: string }, b: { memberId: string }): number =>
  a.memberId < b.memberId ? -1 : Number(a.memberId > b.memberId);
