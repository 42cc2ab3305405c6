import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { expect, test } from "vitest";
import * as schema from "../../src/db/schema/index.ts";
import type { Database } from "../../src/db/client.ts";
import { findPerson } from "../../src/people/person_store.ts";
import { mintPerson, mintTeam } from "../support/team.ts";

test("plan", async () => {
  const team = await mintTeam();
  const emma = await mintPerson(team, { name: "Emma", email: "emma@x.test" });
  let q = { sql: "", params: [] as unknown[] };
  const db = drizzle(env.DB, { schema, logger: { logQuery: (sql, params) => { q = { sql, params }; } } }) as unknown as Database;
  expect(await findPerson(db, team, "Emma@x.test")).toMatchObject({ id: emma });
  console.log(q.sql, q.params.length);
  console.log((await env.DB.prepare(`EXPLAIN QUERY PLAN ${q.sql}`).bind(...q.params).all()).results.map((r) => r.detail).join("\n"));
  console.log(await env.DB.prepare("SELECT lower('É') a, 'É' LIKE 'é' b, sqlite_version() v").all().catch(String));
  console.log(await findPerson(db, team, "emma\0"), await findPerson(db, team, "\0"));
});
