import type { AbsentMember } from "../../checkins/absences/service.ts";
import { userBody } from "./user_body.ts";

/**
 * Shows a member (Status Hero, "Members"); `teamTimeZone` is that of a person without one. The document does not print the
 * last two keys, which published clients of the API read.
 */
export const memberBody = (member: AbsentMember, teamTimeZone: string) => ({
  id: member.memberId,
  slug: member.slug,
  username: member.username,
  role: member.role,
  manager: member.manager,
  user: userBody(member, teamTimeZone),
  team_lead: member.manager,
  absent_dates: member.absentDates,
});
