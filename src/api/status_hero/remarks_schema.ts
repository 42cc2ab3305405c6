import * as z from "zod";
import { text } from "../../lib/values.ts";

/** Makes the body of `POST /statuses/{id}/comments` or `/reactions`: the person who remarks, and the remark. */
export const newRemark = (body: z.ZodType<string>) => z.strictObject({ person: text(320), body }, "must be an object");

export type NewRemark = ReturnType<typeof newRemark>;
