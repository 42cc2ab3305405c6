import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rename } from "../../src/members/naming.ts";
import { splitName } from "../../src/people/name.ts";

describe("a name", () => {
  test.each([
    [{ name: "Emma Garrett" }, { name: "Emma Garrett", lastName: null }],
    [
      { first_name: "Emma", last_name: "Garrett" },
      { name: "Emma Garrett", lastName: null },
    ],
    [
      { first_name: "Vincent", last_name: "van Gogh" },
      { name: "Vincent van Gogh", lastName: null },
    ],
    // Only here the last name is not what follows the first word.
    [
      { first_name: "Mary Ann", last_name: "Smith" },
      { name: "Mary Ann Smith", lastName: "Smith" },
    ],
    [{ first_name: "Prince" }, { name: "Prince", lastName: null }],
  ])("said as %j is kept as %j", (said, naming) => {
    expect(rename(said)).toEqual(naming);
  });

  test("keeps the part that is not said", () => {
    const mary = { name: "Mary Ann Smith", lastName: "Smith" };
    expect(rename({ first_name: "Jo" }, mary)).toEqual({ name: "Jo Smith", lastName: null });
    expect(rename({ last_name: "Jones" }, mary)).toEqual({ name: "Mary Ann Jones", lastName: "Jones" });
    expect(rename({ name: "Mary Jones" }, mary)).toEqual({ name: "Mary Jones", lastName: null });
    expect(rename({ first_name: "Cher" }, { name: "Prince", lastName: null })).toEqual({
      name: "Cher",
      lastName: null,
    });
    expect(rename({}, mary)).toBeNull();
  });

  const word = fc.stringMatching(/^[A-Za-zé]{1,4}$/);
  const part = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" "));

  test("is split as it was said", () => {
    fc.assert(
      fc.property(part, part, (first, last) => {
        expect(splitName(rename({ first_name: first, last_name: last })!)).toEqual({ first, last });
      }),
    );
  });
});
