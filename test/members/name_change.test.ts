import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changeName } from "../../src/members/name_change.ts";
import { splitName } from "../../src/people/name.ts";

describe("a change of a name", () => {
  test.each([
    [{ name: "Emma Garrett" }, { name: "Emma Garrett", lastName: null }],
    [
      { firstName: "Emma", lastName: "Garrett" },
      { name: "Emma Garrett", lastName: null },
    ],
    [
      { firstName: "Vincent", lastName: "van Gogh" },
      { name: "Vincent van Gogh", lastName: null },
    ],
    // In this case, the last name is not all words after the first one.
    [
      { firstName: "Mary Ann", lastName: "Smith" },
      { name: "Mary Ann Smith", lastName: "Smith" },
    ],
    [{ firstName: "Prince" }, { name: "Prince", lastName: null }],
  ])("The change %j is stored as %j", (said, naming) => {
    expect(changeName(said)).toEqual(naming);
  });

  test("A part that is not given stays", () => {
    const mary = { name: "Mary Ann Smith", lastName: "Smith" };
    expect(changeName({ firstName: "Jo" }, mary)).toEqual({ name: "Jo Smith", lastName: null });
    expect(changeName({ lastName: "Jones" }, mary)).toEqual({ name: "Mary Ann Jones", lastName: "Jones" });
    expect(changeName({ name: "Mary Jones" }, mary)).toEqual({ name: "Mary Jones", lastName: null });
    expect(changeName({ firstName: "Cher" }, { name: "Prince", lastName: null })).toEqual({
      name: "Cher",
      lastName: null,
    });
    expect(changeName({}, mary)).toBeNull();
  });

  const word = fc.stringMatching(/^[A-Za-zé]{1,4}$/);
  const part = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" "));

  test("The parts of a stored name are the given parts", () => {
    fc.assert(
      fc.property(part, part, (first, last) => {
        expect(splitName(changeName({ firstName: first, lastName: last })!)).toEqual({ first, last });
      }),
    );
  });
});
