/** The people that lines name. */
import { linkStatements, type NewIdentity } from "../../../src/people/store.ts";
import type { Destination } from "../destination.ts";
import { inlined, pagesOf } from "../sql.ts";

/** Bytes of identities in one statement: `linkStatements` adds slugs and folded e-mails to each. */
const MAX_IDENTITIES_BYTES = 25_000;

/** Makes the SQL that links identities to people, and adds these to the team as observers. Known ones stay as they are. */
export const linkPeople = (to: Destination, identities: NewIdentity[], now: number): string[] =>
  pagesOf(identities, MAX_IDENTITIES_BYTES).flatMap((page) => linkStatements(to, page, now).map(inlined));
