import * as z from "zod";
import { text } from "../../lib/values.ts";

/** POST /statuses/{id}/comments and /reactions: who remarks, and what. */
export const newRemark = (body: z.ZodType<string>) => z.strictObject({ person: text(320), body }, "must be an object");

export type NewRemark = ReturnType<typeof newRemark>;
