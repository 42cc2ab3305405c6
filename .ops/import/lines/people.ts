/** The people that lines name. */
import { linkStatements, type NewIdentity } from "../../../src/people/store.ts";
import { inlined, pagesOf } from "../sql.ts";
import type { LineDestination } from "./format.ts";

/** Bytes of identities in one statement: `linkStatements` adds slugs and folded e-mails to each. */
const MAX_IDENTITIES_BYTES = 25_000;

/** Makes the SQL that links identities to people, and adds these to the team as observers. Known ones stay as they are. The limit on new identities does not apply. */
export const linkPeople = (to: LineDestination, identities: NewIdentity[], now: number): string[] =>
  pagesOf(identities, MAX_IDENTITIES_BYTES).flatMap((page) =>
    linkStatements(to, { integrationId: to.integrationId }, page, now).map(inlined),
  );
