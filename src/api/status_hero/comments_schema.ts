import * as z from "zod";
import { text } from "../../lib/values.ts";
import { newRemark } from "./remarks_schema.ts";

/** What a comment says. It is text, whatever it looks like, and kept as it was sent. */
const body = text(10_000);

/** POST /statuses/{id}/comments */
export const newComment = newRemark(body);

/** PATCH /comments/{id} */
export const commentChange = z.strictObject({ body }, "must be an object");
