import { emoji } from "../../checkins/remarks/value.ts";
import { newRemark } from "./remarks_schema.ts";

/** The body of `POST /statuses/{id}/reactions`. */
export const newReaction = newRemark(emoji);
