import type { PersonPatterns } from "../../presence/insights/service.ts";

/** Shows a person's usual hours by weekday. */
export const patternsBody = ({ personId, name, timeZone, weekdays }: PersonPatterns) => ({
  person_id: personId,
  name,
  time_zone: timeZone,
  weekdays: weekdays.map(({ weekday, days, firstMinute, lastMinute }) => ({
    weekday,
    days,
    first_minute: firstMinute,
    last_minute: lastMinute,
  })),
});
