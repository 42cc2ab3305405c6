import type { ServiceContext } from "../auth/actor.ts";
import { notFound } from "../lib/failure.ts";
import { findPerson, findRemoved, type PersonRow } from "./person_store.ts";

type Context = Pick<ServiceContext, "db" | "actor">;

/**
 * Finds the person of the caller's team that a reference names: any id, e-mail, slug, username or identifier. Fails with
 * `not_found`, which names `field`, the field of the body that held the reference.
 */
export async function requirePerson({ db, actor }: Context, reference: string, field?: string): Promise<PersonRow> {
  const person = await findPerson(db, actor, reference);
  if (!person) throw notFound(field);
  return person;
}

/** Finds the person that a list is filtered by; undefined where there is no such filter. Fails with `not_found`. */
export const requirePersonIfNamed = async (context: Context, reference?: string): Promise<PersonRow | undefined> =>
  reference === undefined ? undefined : requirePerson(context, reference);

/**
 * Finds a person as `requirePerson` does, and also one who was removed from the caller's team: what is stored about them
 * still belongs to them. Fails with `not_found`.
 */
export async function requireSubject({ db, actor }: Context, reference: string): Promise<PersonRow> {
  const person = (await findPerson(db, actor, reference)) ?? (await findRemoved(db, actor, reference));
  if (!person) throw notFound();
  return person;
}
