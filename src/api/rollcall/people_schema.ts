import * as z from "zod";
import { pageByName } from "../../http/schema.ts";
import { text } from "../../lib/values.ts";

/** The query of `GET /people`. */
export const peopleQuery = pageByName.extend({
  q: z.string().trim().max(320, "must be at most 320 characters").optional(),
});

/** A reference to a person: an id, e-mail, slug, username or identifier. */
const person = text(320);

/** The body of `POST /people/{id}/merge`: the person to merge into {id}. */
export const mergeRequest = z.strictObject({ person });

/** The body of `POST /people/{id}/unmerge`: the merged person; without one, the newest merge into {id} is undone. */
export const unmergeRequest = z.strictObject({ person: person.optional() });
