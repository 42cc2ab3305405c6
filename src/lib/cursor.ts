/** A place in a list that is ordered by one value and, where that is the same, by id. */
export type Cursor = { at: number | string; id: string };

/** An opaque, URL-safe text that stands for a place in a list. */
export const encodeCursor = (cursor: Cursor): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify([cursor.at, cursor.id]))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

/** The place a text of `encodeCursor` stands for; null for any other text. */
export function decodeCursor(text: string): Cursor | null {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
    if (!Array.isArray(value) || value.length !== 2) return null;
    const [at, id] = value;
    const isPlace = (typeof at === "number" || typeof at === "string") && typeof id === "string";
    return isPlace ? { at, id } : null;
  } catch {
    return null;
  }
}

/**
 * Cuts a page out of `rows`, read with a limit of `limit + 1`, and says where the next begins.
 */
export function cutPage<T>(
  rows: T[],
  limit: number,
  place: (row: T) => Cursor,
): { rows: T[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > limit && last ? encodeCursor(place(last)) : null };
}
