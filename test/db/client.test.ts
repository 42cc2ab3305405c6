import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { abortUnless, atomically, atomicallyNamed, database, decodeRow, isAborted } from "../../src/db/client.ts";
import { teams } from "../../src/db/schema/index.ts";
import { mintTeam } from "../support/team.ts";

test("A batch with a false condition is undone as a whole, and the error names the condition", async () => {
  const db = database(env.DB);
  const { teamId } = await mintTeam();
  const rename = (name: string) => sql`UPDATE teams SET name = ${name} WHERE id = ${teamId}`;
  const nameIs = (name: string) => sql`EXISTS (SELECT 1 FROM teams WHERE id = ${teamId} AND name = ${name})`;
  await atomically(db, [rename("First"), abortUnless(nameIs("First"), "renamed")]);
  const refused = atomically(db, [rename("Second"), abortUnless(nameIs("Third"), "renamed")]);
  await expect(refused).rejects.toSatisfy((error) => isAborted(error, "renamed") && !isAborted(error, "other"));
  const { name } = await db.get<{ name: string }>(sql`SELECT name FROM teams WHERE id = ${teamId}`);
  expect(name).toBe("First");
});

test("A batch with names runs in their order and returns the rows of each statement under its name", async () => {
  const db = database(env.DB);
  const { teamId } = await mintTeam();
  const rename = (name: string) => sql`UPDATE teams SET name = ${name} WHERE id = ${teamId} RETURNING name`;
  expect(
    await atomicallyNamed(db, {
      renamed: [rename("First"), rename("Second")],
      nothing: [],
      found: sql`SELECT name, stores_details FROM teams WHERE id = ${teamId}`,
    }),
  ).toEqual({
    renamed: [{ name: "First" }, { name: "Second" }],
    nothing: [],
    found: [{ name: "Second", stores_details: 1 }],
  });
});

test("A decoded row has the names and types that its table declares", async () => {
  const db = database(env.DB);
  const { teamId } = await mintTeam();
  const { found } = await atomicallyNamed(db, { found: sql`SELECT * FROM teams WHERE id = ${teamId}` });
  const { workDays, storesDetails, retentionDays } = teams;
  expect(decodeRow({ workDays, storesDetails, retentionDays }, found[0]!)).toEqual({
    workDays: [1, 2, 3, 4, 5],
    storesDetails: true,
    retentionDays: null,
  });
});
