import { type PersonName, splitName } from "../people/name.ts";

/** A new name: whole, or one or both of its parts. Undefined leaves a part as it is. */
export type NameChange = { name?: string | undefined; firstName?: string | undefined; lastName?: string | undefined };

/** Applies a change to a name; null if it changes nothing. */
export function changeName(
  { name, firstName, lastName }: NameChange,
  current: PersonName = { name: "", lastName: null },
): PersonName | null {
  if (name !== undefined) return { name, lastName: null };
  if (firstName === undefined && lastName === undefined) return null;
  const parts = splitName(current);
  return joinName(firstName ?? parts.first, lastName ?? parts.last);
}

function joinName(first: string, last: string): PersonName {
  const name = [first, last].filter((part) => part !== "").join(" ");
  const isSplitAtFirstSpace = splitName({ name, lastName: null }).last === last;
  return { name, lastName: last === "" || isSplitAtFirstSpace ? null : last };
}
