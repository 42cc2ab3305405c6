import type { ServiceContext } from "../auth/actor.ts";
import { conflict, Failure, notFound } from "../lib/failure.ts";
import { findPerson, findRemoved, mayChangePerson, type PersonRow } from "./person_store.ts";

/** What finding a person takes: the database, and the team that asks. */
type LookupContext = Pick<ServiceContext, "db" | "actor">;

/**
 * Finds the person of the caller's team that a reference names. Fails with `not_found`, which says `field` where the
 * reference came in a field of the body.
 */
export async function requirePerson(
  { db, actor }: LookupContext,
  reference: string,
  field?: string,
): Promise<PersonRow> {
  const person = await findPerson(db, actor, reference);
  if (!person) throw notFound(field);
  return person;
}

/** Finds the person that an optional filter names; undefined without a reference. Fails with `not_found`. */
export const requirePersonIfNamed = async (
  context: LookupContext,
  reference: string | undefined,
): Promise<PersonRow | undefined> => (reference === undefined ? undefined : requirePerson(context, reference));

/**
 * Finds the person that a reference names, even if they were removed from the caller's team, for work on stored data about
 * them. A reference of a merged person finds the person they were merged into. Fails with `not_found`.
 */
export async function requireSubject({ db, actor }: LookupContext, reference: string): Promise<PersonRow> {
  const person = (await findPerson(db, actor, reference)) ?? (await findRemoved(db, actor, reference));
  if (!person) throw notFound();
  return person;
}

/**
 * Finds the member of the caller's team that a reference names. Fails with `gone` where the member was removed, else with
 * `not_found`; both say `field` where the reference came in a field of the body.
 */
export async function requireMember(
  { db, actor }: LookupContext,
  reference: string,
  field?: string,
): Promise<PersonRow> {
  const person = await findPerson(db, actor, reference);
  if (person) return person;
  if ((await findRemoved(db, actor, reference)) === null) throw notFound(field);
  throw new Failure("gone", field === undefined ? {} : { text: `${field}: was removed from the team` });
}

/**
 * Requires that the caller's team may change or erase a person: see `mayChangePerson`. Fails with `conflict` where the team
 * only observes a person of other teams.
 */
export async function requireRightToChange(
  { db, actor }: LookupContext,
  { id, name }: Pick<PersonRow, "id" | "name">,
): Promise<void> {
  if (await mayChangePerson(db, actor, id)) return;
  throw conflict(
    `${name} (${id}) is on other teams, and only an observer here: a team that they are a member of may do this`,
  );
}
