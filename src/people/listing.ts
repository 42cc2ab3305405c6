import { type Cursor, cutPage } from "../lib/cursor.ts";
import { fold } from "../lib/text.ts";

/** What a list of people is ordered by and searched in. `identifiers`: one a line. */
type Listed = { id: string; name: string; email: string | null; identifiers: string | null };

/** Created at first use: it takes a while, and Workers start without it. */
let collator: Intl.Collator | undefined;

/** Compares names as a dictionary orders them: É next to E, upper and lower case alike. */
export function compareNames(a: string, b: string): number {
  collator ??= new Intl.Collator("en", { sensitivity: "accent" });
  return collator.compare(a, b);
}

const comparePlaces = (a: Cursor, b: Cursor): number =>
  compareNames(String(a.at), String(b.at)) || (a.id < b.id ? -1 : Number(a.id > b.id));

const placeOf = (person: Listed): Cursor => ({ at: person.name, id: person.id });

/**
 * Cuts a page out of a list of people, ordered by name, then id, and begins after `cursor`. With `q`, only people whose
 * name, e-mail or identifier contains it, ignoring case and accents.
 */
export function pageOfPeople<T extends Listed>(
  people: readonly T[],
  { q = "", cursor, limit }: { q?: string | undefined; cursor?: Cursor | undefined; limit: number },
): { rows: T[]; nextCursor: string | null } {
  const wanted = foldForSearch(q);
  const rows = people
    .filter((person) => !cursor || comparePlaces(placeOf(person), cursor) > 0)
    .filter(({ name, email, identifiers }) => [name, email, identifiers].some((text) => contains(text, wanted)))
    .sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
  return cutPage(rows, limit, placeOf);
}

/** Whether a text contains `wanted`, a result of `foldForSearch`. */
export const contains = (text: string | null, wanted: string): boolean =>
  text !== null && foldForSearch(text).includes(wanted);

/** Folds a text and removes its accents, which people leave out when they type a name. */
export const foldForSearch = (text: string): string =>
  fold(text)
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "");
