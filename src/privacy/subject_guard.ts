import type { Context } from "hono";
import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/errors.ts";
import { findPerson, findRemoved, type PersonRow } from "../people/person_store.ts";

/**
 * Whom a reference names, be it somebody removed from the caller's team: what is kept of them is theirs no less. A merged
 * person's references lead to the successor. Nobody: 404.
 */
export async function requireSubject(c: Context<AppContext>, reference: string): Promise<PersonRow> {
  const [db, caller] = [c.get("db"), c.get("caller")];
  const found = (await findPerson(db, caller, reference)) ?? (await findRemoved(db, caller, reference));
  if (!found) throw new ApiError("not_found");
  return found;
}
