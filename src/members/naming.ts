import { splitName } from "../people/name.ts";

/** A name as it is stored; see `people.last_name`. */
export type Naming = { name: string; lastName: string | null };

/** What a client says of somebody's name: whole, or in one or both of its parts. */
export type Said = { name?: string | undefined; first_name?: string | undefined; last_name?: string | undefined };

/** The name as it is after a client said something of it; null where nothing was said. A part left unsaid stays. */
export function rename(said: Said, before: Naming = { name: "", lastName: null }): Naming | null {
  if (said.name !== undefined) return { name: said.name, lastName: null };
  if (said.first_name === undefined && said.last_name === undefined) return null;
  const parts = splitName(before);
  const [first, last] = [said.first_name ?? parts.first, said.last_name ?? parts.last];
  const name = [first, last].filter((part) => part !== "").join(" ");
  return { name, lastName: last !== "" && splitName({ name, lastName: null }).last !== last ? last : null };
}
