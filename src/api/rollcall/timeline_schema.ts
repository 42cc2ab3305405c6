import * as z from "zod";
import { date } from "../../lib/values.ts";

/** The query of `GET /people/{id}/timeline`. */
export const timelineQuery = z.object({ date: date.optional() });
