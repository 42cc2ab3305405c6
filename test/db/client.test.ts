import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { abortUnless, atomically, database, isAborted } from "../../src/db/client.ts";
import { mintTeam } from "../support/team.ts";

test("a batch is undone as a whole where a condition of it does not hold, and says which one", async () => {
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
