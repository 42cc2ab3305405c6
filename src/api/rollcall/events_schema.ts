import { pageByTime } from "../../http/schema.ts";
import { instant, text } from "../../lib/values.ts";

/** The query of `GET /events`. `from` and `to` make a half-open window; either may be left out. */
export const eventQuery = pageByTime.extend({
  person: text(320).optional(),
  from: instant.optional(),
  to: instant.optional(),
  kind: text(64).optional(),
  external_id: text(256).optional(),
});
