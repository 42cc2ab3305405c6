import { expect, test } from "vitest";
import { fingerprint } from "../../src/lib/fingerprint.ts";

test("Equal texts have equal fingerprints, and texts that differ in one character have others", () => {
  const text = "x".repeat(1_000);
  expect(fingerprint(text)).toBe(fingerprint(`${"x".repeat(500)}${"x".repeat(500)}`));
  const found = new Set<string>();
  for (let position = 0; position < text.length; position++) {
    for (const letter of "ab中") {
      found.add(fingerprint(text.slice(0, position) + letter + text.slice(position + 1)));
    }
  }
  expect(found.size).toBe(3_000);
  expect(fingerprint("")).not.toBe(fingerprint("\0"));
});
