/** Characters of JSON in a page: D1 and the object's SQLite accept 2 MB in a parameter, and a character may be four bytes. */
const MAX_PAGE_LENGTH = 400_000;

/** Splits rows into pages whose JSON fits one parameter; a row that is longer is a page of its own. */
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
