import * as z from "zod";
import { pageByTime } from "../../http/schema.ts";
import { instant, text } from "../../lib/values.ts";

/** The query of `DELETE /tool_named_people`: an integration, and when it named people first, half-open. */
export const toolNamedQuery = z.object({ integration: text(64), created_from: instant, created_to: instant });

/** The query of `GET /tool_named_people`. */
export const toolNamedPage = pageByTime.extend(toolNamedQuery.shape);
