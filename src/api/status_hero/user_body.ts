import { railsTimeZone } from "./rails_time_zone.ts";

/** What a person's row says of them, as check-ins, comments and members show it. */
export type UserRow = {
  id: string;
  formerId: string | null;
  name: string;
  lastName: string | null;
  email: string | null;
  timeZone: string | null;
  administrator: boolean;
  slug: string;
  avatarUrl: string | null;
};

/** First and last name. The last is what follows the first word, unless somebody said otherwise. */
export function splitName({ name, lastName }: Pick<UserRow, "name" | "lastName">): { first: string; last: string } {
  if (lastName && name.endsWith(` ${lastName}`)) return { first: name.slice(0, -lastName.length - 1), last: lastName };
  const [first = "", ...rest] = name.split(" ");
  return { first, last: rest.join(" ") };
}

/** A user as Status Hero shows them ("Members"); a person who came from there keeps the id they had. */
export function userBody(user: UserRow, teamTimeZone: string) {
  const { first, last } = splitName(user);
  return {
    id: user.formerId ?? user.id,
    email: user.email,
    first_name: first,
    last_name: last,
    time_zone: railsTimeZone(user.timeZone ?? teamTimeZone),
    administrator: user.administrator,
    slug: user.slug,
    full_name: user.name,
    initials: `${[...first][0] ?? ""}${[...last][0] ?? ""}`.toLowerCase(),
    avatar_url: user.avatarUrl,
  };
}
