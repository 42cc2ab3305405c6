import { fromBase64url, toBase64url } from "./base64url.ts";

/** A position in a list ordered by one value, ties by id. */
export type Cursor = { at: number | string; id: string };

/** Encodes a position in a list as opaque, URL-safe text. */
export const encodeCursor = ({ at, id }: Cursor): string =>
  toBase64url(new TextEncoder().encode(JSON.stringify([at, id])));

/** Decodes a text of `encodeCursor`; null for any other text. */
export function decodeCursor(text: string): Cursor | null {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(fromBase64url(text)),
    );
    if (!Array.isArray(value) || value.length !== 2) return null;
    const [at, id] = value;
    const isPlace = (typeof at === "number" || typeof at === "string") && typeof id === "string";
    return isPlace ? { at, id } : null;
  } catch {
    return null;
  }
}

/** Cuts a page out of `rows`, read with a limit of `limit + 1`, and returns where the next page begins; null at the end. */
export function cutPage<T>(
  rows: T[],
  limit: number,
  place: (row: T) => Cursor,
): { rows: T[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > limit && last ? encodeCursor(place(last)) : null };
}
