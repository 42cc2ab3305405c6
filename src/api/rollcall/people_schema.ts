import * as z from "zod";
import { pageByName } from "../../http/schema.ts";
import { text } from "../../lib/values.ts";

/** GET /people */
export const peopleQuery = pageByName.extend({
  q: z.string().trim().max(320, "must be at most 320 characters").optional(),
});

const person = text(320);

/** POST /people/{id}/merge: who is merged into {id}. */
export const mergeRequest = z.strictObject({ person });

/** POST /people/{id}/unmerge: the merged person who becomes their own again; the last one where it is left out. */
export const unmergeRequest = z.strictObject({ person: person.optional() });
