import type { Context } from "hono";
import type { AppContext } from "../../http/context.ts";
import { notFound } from "../../lib/failure.ts";
import { findPerson, findRemoved, type PersonRow } from "../../people/person_store.ts";

/** The person of the caller's team that a reference names, or a 404, which names the `field` of the body that held it. */
export async function requirePerson(c: Context<AppContext>, reference: string, field?: string): Promise<PersonRow> {
  const found = await findPerson(c.get("db"), c.get("actor"), reference);
  if (!found) throw notFound(field);
  return found;
}

/** The person that a list is narrowed to, undefined where it is not; a 404 where the reference names nobody. */
export const wantedPerson = async (c: Context<AppContext>, reference?: string): Promise<PersonRow | undefined> =>
  reference === undefined ? undefined : requirePerson(c, reference);

/**
 * Whom a reference names, be it somebody removed from the caller's team: what is kept of them is theirs no less. A merged
 * person's references lead to the successor. Nobody: 404.
 */
export async function requireSubject(c: Context<AppContext>, reference: string): Promise<PersonRow> {
  const [db, actor] = [c.get("db"), c.get("actor")];
  const found = (await findPerson(db, actor, reference)) ?? (await findRemoved(db, actor, reference));
  if (!found) throw notFound();
  return found;
}
