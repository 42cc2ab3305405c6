import * as z from "zod";
import { date } from "../../http/schema.ts";

/** GET /people/{id}/timeline */
export const timelineQuery = z.object({ date: date.optional() });
