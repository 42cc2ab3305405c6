import { localTime } from "../../lib/time_zone.ts";
import { livePerson } from "../../presence/object/live_message.ts";
import type { PersonPresence } from "../../presence/object/person_presence.ts";

/** Shows a person as the live socket does, and with the time in their zone at `now`, UTC milliseconds. */
export const presenceBody = (person: PersonPresence, now: number) => ({
  ...livePerson(person),
  local_time: localTime(now, person.timeZone),
});
