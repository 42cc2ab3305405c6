import { type Cursor, cutPage } from "../lib/cursor.ts";
import { fold } from "../lib/text.ts";

/** What a list of people is ordered by and searched for. `identifiers`: one a line. */
type Listed = { id: string; name: string; email: string | null; identifiers: string | null };

/** Made when first asked for: Workers start without it, and it takes a while. */
let dictionary: Intl.Collator | undefined;

/** Compares names in the order of dictionaries, É beside E, whatever the case. */
export function byName(a: string, b: string): number {
  dictionary ??= new Intl.Collator("en", { sensitivity: "accent" });
  return dictionary.compare(a, b);
}

const compare = (a: Cursor, b: Cursor): number =>
  byName(String(a.at), String(b.at)) || (a.id < b.id ? -1 : Number(a.id > b.id));

const place = (person: Listed): Cursor => ({ at: person.name, id: person.id });

/**
 * A page of people by name, then id, beginning behind `cursor`. With `q`, only those whose name, e-mail or identifier
 * holds it, whatever the case and the accents.
 */
export function pageOfPeople<T extends Listed>(
  people: readonly T[],
  { q = "", cursor, limit }: { q?: string | undefined; cursor?: Cursor | undefined; limit: number },
): { rows: T[]; nextCursor: string | null } {
  const sought = searchable(q);
  const rows = people
    .filter((person) => !cursor || compare(place(person), cursor) > 0)
    .filter(({ name, email, identifiers }) => [name, email, identifiers].some((text) => holds(text, sought)))
    .sort((a, b) => compare(place(a), place(b)));
  return cutPage(rows, limit, place);
}

/** Whether a text, if there is one, holds what is sought, itself `searchable`. */
export const holds = (text: string | null, sought: string): boolean =>
  text !== null && searchable(text).includes(sought);

/** Folded, and without the accents that people leave out when they type a name. */
export const searchable = (text: string): string =>
  fold(text)
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "");
