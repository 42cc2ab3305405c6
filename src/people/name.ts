/** A person's name. `lastName` is null where it is all that follows the first word. */
export type PersonName = { name: string; lastName: string | null };

/** Splits a name into first and last name. */
export function splitName({ name, lastName }: PersonName): { first: string; last: string } {
  if (lastName && name.endsWith(` ${lastName}`)) return { first: name.slice(0, -lastName.length - 1), last: lastName };
  const [first = "", ...rest] = name.split(" ");
  return { first, last: rest.join(" ") };
}
