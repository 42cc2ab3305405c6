import type { User } from "../../people/user.ts";
import { userBody } from "./user_body.ts";

type Member = User & { memberId: string; username: string; role: "active" | "observer"; manager: boolean };

/** A member as Status Hero shows them ("Members"). */
export const memberBody = (member: Member, teamTimeZone: string) => ({
  id: member.memberId,
  slug: member.slug,
  username: member.username,
  role: member.role,
  manager: member.manager,
  user: userBody(member, teamTimeZone),
});
