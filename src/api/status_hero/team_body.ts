import type { AbsentTeam } from "../../checkins/absences/service.ts";
import { railsTimeZone } from "../../lib/rails_time_zone.ts";

/** Shows a team in answers about its absences; `absent_dates` are those of today and later. */
export const teamBody = ({ id, name, slug, timeZone, absentDates }: AbsentTeam) => ({
  id,
  name,
  slug,
  time_zone: railsTimeZone(timeZone),
  absent_dates: absentDates,
});
