import fc from "fast-check";
import { expect, test } from "vitest";
import { pages } from "../../src/lib/pages.ts";

test("Pages of rows with any text contain every row once and in order, and each fits a parameter of D1", () => {
  const row = fc.record({
    length: fc.integer({ min: 0, max: 150_000 }),
    letter: fc.constantFrom("x", "é", "中", "\\"),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), (sizes) => {
      const rows = sizes.map(({ length, letter }) => letter.repeat(length));
      const cut = [...pages(rows)];
      expect(cut.flat()).toEqual(rows);
      for (const page of cut) {
        expect(page.length).toBeGreaterThan(0);
        expect(new TextEncoder().encode(JSON.stringify(page)).length).toBeLessThan(2_000_000);
      }
    }),
    { numRuns: 50 },
  );
});

test("A row that is too long is a page of its own", () => {
  const [short, long] = ["x", "x".repeat(500_000)];
  expect([...pages([short, long, short, short])]).toEqual([[short], [long], [short, short]]);
  expect([...pages([])]).toEqual([]);
});
