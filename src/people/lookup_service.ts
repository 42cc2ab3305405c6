import type { ServiceContext } from "../auth/actor.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { findPerson, findRemoved, type PersonRow } from "./person_store.ts";

/**
 * Returns the member of the caller's team that a reference names. Fails with `gone` if they were removed from the team, and
 * with `not_found` for any other reference; both name the `field` of the body that held the reference.
 */
export async function requireMember(
  { db, actor }: Pick<ServiceContext, "db" | "actor">,
  reference: string,
  field?: string,
): Promise<PersonRow> {
  const person = await findPerson(db, actor, reference);
  if (person) return person;
  if (!(await findRemoved(db, actor, reference))) throw notFound(field);
  throw new Failure("gone", field === undefined ? {} : { text: `${field}: was removed from the team` });
}
