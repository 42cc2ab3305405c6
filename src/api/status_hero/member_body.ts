import type { Person } from "../../people/person_store.ts";
import { userBody } from "./user_body.ts";

/** Shows a member (Status Hero, "Members"); `teamTimeZone` is that of a person without one. */
export const memberBody = (member: Person, teamTimeZone: string) => ({
  id: member.memberId,
  slug: member.slug,
  username: member.username,
  role: member.role,
  manager: member.manager,
  user: userBody(member, teamTimeZone),
});
