import type { ServiceContext } from "../auth/actor.ts";
import type { Cursor } from "../lib/cursor.ts";
import { pageOfPeople } from "./listing.ts";
import { requirePerson } from "./lookup_service.ts";
import { listMerges, type Merge } from "./merges/merge_store.ts";
import { type Identity, listIdentities, listTeam, type Person } from "./person_store.ts";

/** A person with their identities and the people merged into them. */
export type PersonDetails = Person & { identities: Identity[]; merges: Merge[] };

/**
 * Lists a page of the team's people by name, and where the next page begins. With `q`, only people whose name, e-mail or
 * identifier contains it.
 */
export async function listPeople(
  { db, actor }: ServiceContext,
  page: { q?: string | undefined; limit: number; cursor?: Cursor | undefined },
) {
  const team = await listTeam(db, actor, { withIdentifiers: Boolean(page.q) });
  return pageOfPeople(team, page);
}

/** Returns the person that a reference names. Fails with `not_found`. */
export async function getPerson(context: ServiceContext, reference: string): Promise<PersonDetails> {
  return addDetails(context, await requirePerson(context, reference));
}

/** Adds to a person their identities, and the people merged into them. */
export async function addDetails({ db, actor }: ServiceContext, person: Person): Promise<PersonDetails> {
  const [identities, merges] = await Promise.all([
    listIdentities(db, actor, person.id),
    listMerges(db, actor, person.id),
  ]);
  return { ...person, identities, merges };
}
