type Named = { id: string; name: string };

/** A person that a reference found: `namedId` differs from `id` where it named a person merged into this one. */
type Found = Named & { namedId: string };

const isMerged = (found: Found): boolean => found.namedId !== found.id;

/** Says why `from` cannot be merged into `into`; null if it can. */
export function mergeConflict(from: Found, into: Found): string | null {
  if (isMerged(from)) return `That person is already merged into ${describe(from)}`;
  if (from.id === into.id) return `${describe(into)} cannot be merged with themselves`;
  return null;
}

/** Says why no merge of `from` into `into` can be undone. Null for `from` means any person. */
export function noMergeConflict(into: Found, from: Found | null): string {
  if (isMerged(into)) return `That person is merged into ${describe(into)}: undo it there`;
  if (!from) return `No person is merged into ${describe(into)}`;
  if (!isMerged(from)) return `${describe(from)} is not merged into another person`;
  return `That person is merged into ${describe(from)}, not into ${describe(into)}`;
}

/** Says which later merge must be undone before the requested one. */
export const laterMergeConflict = ({ from, into }: { from: Named; into: Named }): string =>
  `The later merge of ${describe(from)} into ${describe(into)} must be undone first`;

const describe = ({ id, name }: Named): string => `${name} (${id})`;
