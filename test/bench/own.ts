/**
 * A plain Worker for heartbeats without Rollcall, on the same stack. It validates a heartbeat and inserts one row for each
 * person, from which SQL can compute durations. It has the one index that such a query needs.
 */
import { zValidator } from "@hono/zod-validator";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { Hono } from "hono";
import * as z from "zod";

/** The tables of `OWN`. */
export const OWN_TABLES = [
  "CREATE TABLE keys (key TEXT PRIMARY KEY, team_id TEXT NOT NULL)",
  `CREATE TABLE heartbeats (id TEXT PRIMARY KEY, team_id TEXT NOT NULL, person TEXT NOT NULL, status TEXT NOT NULL,
    source TEXT NOT NULL, at INTEGER NOT NULL)`,
  "CREATE INDEX heartbeats_by_person ON heartbeats (team_id, person, at)",
];

const keys = sqliteTable("keys", { key: text().primaryKey(), teamId: text("team_id").notNull() });

const heartbeats = sqliteTable(
  "heartbeats",
  {
    id: text()
      .primaryKey()
      .$defaultFn(() => crypto.randomUUID()),
    teamId: text("team_id").notNull(),
    person: text().notNull(),
    status: text().notNull(),
    source: text().notNull(),
    at: integer().notNull(),
  },
  (t) => [index("heartbeats_by_person").on(t.teamId, t.person, t.at)],
);

const update = z.object({
  timestamp: z.iso.datetime(),
  source: z.string(),
  users: z.array(z.object({ personIdentifier: z.string(), status: z.string() })),
});

export const own = new Hono<{ Bindings: { OWN: D1Database } }>().post(
  "/own/presence",
  zValidator("json", update),
  async (c) => {
    const db = drizzle(c.env.OWN);
    const shown = c.req.header("Authorization")?.replace("Bearer ", "") ?? "";
    const [key] = await db.select().from(keys).where(eq(keys.key, shown));
    if (!key) return c.json({ error: "Invalid API key" }, 401);
    const { users, source, timestamp } = c.req.valid("json");
    const at = Date.parse(timestamp);
    const [first, ...rest] = users.map(({ personIdentifier: person, status }) =>
      db.insert(heartbeats).values({ teamId: key.teamId, person, status, source, at }),
    );
    if (first) await db.batch([first, ...rest]);
    return c.json({ success: true });
  },
);
