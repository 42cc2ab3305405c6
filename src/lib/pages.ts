/** Characters of JSON: D1 and the object's SQLite take at most 2 MB in a parameter, and a character may be four bytes. */
const MAX_PAGE_LENGTH = 400_000;

/** Cuts rows into lists whose JSON fits a parameter; a row too long for that is a list by itself. */
export function* pages<T>(rows: Iterable<T>): Generator<T[]> {
  let page: T[] = [];
  let length = 0;
  for (const row of rows) {
    const rowLength = JSON.stringify(row).length + 1;
    if (page.length > 0 && length + rowLength > MAX_PAGE_LENGTH) {
      yield page;
      page = [];
      length = 0;
    }
    page.push(row);
    length += rowLength;
  }
  if (page.length > 0) yield page;
}
