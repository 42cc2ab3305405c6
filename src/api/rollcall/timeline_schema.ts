import { pageByTime } from "../../http/schema.ts";
import { date } from "../../lib/values.ts";

/** The query of `GET /people/{id}/timeline`. */
export const timelineQuery = pageByTime.extend({ date: date.optional() });
