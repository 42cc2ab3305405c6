import type { Context } from "hono";
import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/errors.ts";
import { findPerson, findRemoved, type PersonRow } from "../people/person_store.ts";

/** The member whom a reference in the path names: 410 where they were removed from the team, 404 where nobody is meant. */
export async function requireMember(c: Context<AppContext>, reference: string): Promise<PersonRow> {
  const [db, caller] = [c.get("db"), c.get("caller")];
  const person = await findPerson(db, caller, reference);
  if (person) return person;
  throw new ApiError((await findRemoved(db, caller, reference)) ? "gone" : "not_found");
}
