import { railsTimeZone } from "../../lib/rails_time_zone.ts";
import { splitName } from "../../people/name.ts";
import type { User } from "../../people/user.ts";

/** Shows a user (Status Hero, "Members"). An imported person has their former id; `teamTimeZone` is that of a person without one. */
export function userBody(user: User, teamTimeZone: string) {
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
