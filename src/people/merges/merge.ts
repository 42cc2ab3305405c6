type Named = { id: string; name: string };

/** Somebody a reference led to: `namedId` is another than `id` where it named a person merged into this one. */
type Found = Named & { namedId: string };

const isMerged = (found: Found): boolean => found.namedId !== found.id;

/** Why `from` cannot be merged into `into`, or null where nothing speaks against it. */
export function refuseMerge(from: Found, into: Found): string | null {
  if (isMerged(from)) return `That person is already merged into ${shown(from)}`;
  if (from.id === into.id) return `${shown(into)} cannot be merged with themselves`;
  return null;
}

/** Why no merge into `into` (of `from`, where somebody is named) is there to be undone. */
export function nothingToUndo(into: Found, from: Found | null): string {
  if (isMerged(into)) return `That person is merged into ${shown(into)}: undo it there`;
  if (!from) return `Nobody is merged into ${shown(into)}`;
  if (!isMerged(from)) return `${shown(from)} is not merged into anybody`;
  return `That person is merged into ${shown(from)}, not into ${shown(into)}`;
}

/** Which merge stands in the way of an undo. */
export const undoFirst = ({ from, into }: { from: Named; into: Named }): string =>
  `The later merge of ${shown(from)} into ${shown(into)} must be undone first`;

const shown = ({ id, name }: Named): string => `${name} (${id})`;
