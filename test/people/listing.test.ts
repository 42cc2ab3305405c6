import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeCursor } from "../../src/lib/cursor.ts";
import { pageOfPeople } from "../../src/people/listing.ts";

type Listed = { id: string; name: string; email: string | null; identifiers: string | null };

const called = (...names: string[]): Listed[] =>
  names.map((name, n) => ({ id: `usr_${n}`, name, email: null, identifiers: null }));

const names = (people: Listed[], q?: string) => pageOfPeople(people, { q, limit: 200 }).rows.map(({ name }) => name);

test("People are ordered as in a dictionary: case does not count, and accented letters are next to the plain ones", () => {
  expect(names(called("Zoe", "émile", "Ömer", "adam", "Emma", "Eve", "Åsa", "Ola", "Adam", "山田", "Ирина"))).toEqual([
    "adam",
    "Adam",
    "Åsa",
    "émile",
    "Emma",
    "Eve",
    "Ola",
    "Ömer",
    "Zoe",
    "Ирина",
    "山田",
  ]);
});

test("People with the same name are ordered by id", () => {
  const people = called("emma", "Emma", "EMMA");
  expect(pageOfPeople(people.toReversed(), { limit: 200 }).rows).toEqual(people);
});

test.for([
  ["emile", ["Émile Durand"]],
  ["ÉMILE", ["Émile Durand"]],
  ["e\u0301mile d", ["Émile Durand"]],
  ["ирин", ["Ирина Шоу"]],
  ["  gar ", ["Emma Garrett"]],
  ["x.test", ["Emma Garrett"]],
  ["EMP_1", ["Ирина Шоу"]],
  ["_", ["Ирина Шоу"]],
  ["%", []],
  ["mm", ["Emma Garrett"]],
  ["nobody", []],
  ["", ["Émile Durand", "Emma Garrett", "Ирина Шоу"]],
] as const)("A search for %j finds people whose name, e-mail or identifier contains it", ([q, found]) => {
  const people = called("Emma Garrett", "Émile Durand", "Ирина Шоу");
  people[0]!.email = "emma@x.test";
  people[2]!.identifiers = "irene\nemp_12345";
  expect(names(people, q)).toEqual(found);
});

test("Pages of any size together contain each person exactly once", () => {
  const person = fc.record({
    id: fc.uuid(),
    name: fc.oneof(fc.constantFrom("Emma", "emma", "Émma", "Zoe"), fc.string({ unit: "grapheme" })),
    email: fc.constant(null),
    identifiers: fc.constant(null),
  });
  const people = fc.uniqueArray(person, { selector: ({ id }) => id, maxLength: 30 });
  fc.assert(
    fc.property(people, fc.integer({ min: 1, max: 12 }), (people, limit) => {
      const seen: Listed[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = pageOfPeople(people, { cursor: cursor ? decodeCursor(cursor)! : undefined, limit });
        expect(page.rows.length).toBeLessThanOrEqual(limit);
        seen.push(...page.rows);
        expect(seen.length).toBeLessThanOrEqual(people.length);
        cursor = page.nextCursor;
      }
      expect(seen).toEqual(pageOfPeople(people, { limit: 200 }).rows);
      expect(new Set(seen)).toEqual(new Set(people));
    }),
  );
});

test("A page begins after its cursor even when the person at the cursor is gone", () => {
  const people = called("Adam", "Dave", "Emma");
  const { nextCursor } = pageOfPeople(people, { limit: 2 });
  const later = [people[0]!, people[2]!];
  expect(pageOfPeople(later, { cursor: decodeCursor(nextCursor!)!, limit: 2 }).rows).toEqual([people[2]]);
});
