import { describe, expect, test } from "vitest";
import { differences } from "./differences.ts";

describe("differences", () => {
  const shown = { at: "2026-11-20T22:54:39Z", id: "usr_4f8a2c", list: [{ n: 2 }] };

  test("An answer may contain more than the page, and other times", () => {
    const actual = {
      at: "2027-01-01T00:00:00.123Z",
      id: "usr_4f8a2c",
      list: [{ n: 1 }, { n: 2, more: true }],
      extra: 1,
    };
    expect(differences(shown, actual)).toEqual([]);
  });

  test.each([
    [{ ...shown, at: "now" }, "answer.at"],
    [{ ...shown, id: "usr_000000" }, "answer.id"],
    [{ ...shown, list: [{ n: 3 }] }, "answer.list[0].n"],
    [{ ...shown, list: [] }, "answer.list[0]"],
    [{ at: shown.at, id: shown.id }, "answer.list"],
    [null, "answer"],
  ])("The answer %j differs from the page", (actual, path) => {
    expect(differences(shown, actual)).toEqual([expect.stringContaining(`${path}: `)]);
  });
});
