import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { database } from "../../src/db/client.ts";
import { rootCause } from "../../src/lib/root_cause.ts";

test("A failed query is logged without its parameters", async () => {
  const secret = "what-somebody-wrote";
  const error = await database(env.DB)
    .run(sql`SELECT ${secret} FROM nowhere`)
    .then(
      () => null,
      (caught: unknown) => caught,
    );
  expect(String(error)).toContain(secret);
  expect(String(rootCause(error))).toContain("no such table");
  expect(String(rootCause(error))).not.toContain(secret);
});

test("An error without a cause is its own root cause", () => {
  const error = new Error("alone");
  expect(rootCause(error)).toBe(error);
});
