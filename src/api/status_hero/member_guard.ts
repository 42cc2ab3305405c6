import type { Context } from "hono";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { findPerson, findRemoved, type PersonRow } from "../../people/person_store.ts";

/**
 * The member whom a reference names: 410 where they were removed from the team, 404 where nobody is meant; both say at
 * which `field` of the body, where the reference is not of the path.
 */
export async function requireMember(c: Context<AppContext>, reference: string, field?: string): Promise<PersonRow> {
  const [db, actor] = [c.get("db"), c.get("actor")];
  const person = await findPerson(db, actor, reference);
  if (person) return person;
  const isGone = (await findRemoved(db, actor, reference)) !== null;
  const text = isGone ? "was removed from the team" : "not found";
  throw new ApiError(isGone ? "gone" : "not_found", field === undefined ? {} : { text: `${field}: ${text}` });
}
