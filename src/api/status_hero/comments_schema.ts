import * as z from "zod";
import { commentText } from "../../checkins/remarks/value.ts";
import { newRemark } from "./remarks_schema.ts";

/** The body of `POST /statuses/{id}/comments`. */
export const newComment = newRemark(commentText);

/** The body of `PATCH /comments/{id}`. */
export const commentChange = z.strictObject({ body: commentText }, "must be an object");
