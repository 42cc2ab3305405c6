import { compareNames, contains, foldForSearch } from "../people/listing.ts";
import { splitName } from "../people/name.ts";
import type { User } from "../people/user.ts";

/**
 * Cuts a page out of a team's members, ordered by last name, first name and id. Pages have `size` members and are counted
 * from 1. With `q`, only members whose name or e-mail contains it, ignoring case and accents (Status Hero, "Get All Members").
 */
export function pageOfMembers<T extends User & { memberId: string }>(
  team: readonly T[],
  { q, page, size }: { q: string; page: number; size: number },
): T[] {
  const wanted = foldForSearch(q);
  return team
    .filter(({ name, email }) => contains(name, wanted) || contains(email, wanted))
    .map((member) => ({ member, ...splitName(member) }))
    .sort((a, b) => compareNames(a.last, b.last) || compareNames(a.first, b.first) || compareIds(a.member, b.member))
    .slice((page - 1) * size, page * size)
    .map(({ member }) => member);
}

const compareIds = (a: { memberId: string }, b: { memberId: string }): number =>
  a.memberId < b.memberId ? -1 : Number(a.memberId > b.memberId);
