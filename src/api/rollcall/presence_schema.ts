import * as z from "zod";
import { pageByName } from "../../http/schema.ts";

/** The query of `GET /presence`. */
export const presenceQuery = pageByName.extend({
  present: z
    .enum(["true", "false"], "must be true or false")
    .transform((value) => value === "true")
    .optional(),
});
