import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { database } from "../../src/db/client.ts";
import { rootCause } from "../../src/lib/root_cause.ts";

test("a failed query is logged without the data it was asked with", async () => {
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

test("an error without a cause is its own", () => {
  const error = new Error("alone");
  expect(rootCause(error)).toBe(error);
});
