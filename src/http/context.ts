import type { Context } from "hono";
import type { RequestIdVariables } from "hono/request-id";
import type { Actor, ServiceContext, SystemContext } from "../auth/actor.ts";
import type { Database } from "../db/client.ts";
import type { JsonProblem } from "../lib/json.ts";

/** What every handler finds in its context: the bindings of wrangler.toml, and what the guard has set. */
export type AppContext = {
  Bindings: Env;
  Variables: RequestIdVariables & {
    /** The database of the caller's account. */
    db: Database;
    actor: Actor;
    /** Problems in the JSON of a body that `jsonBody` tolerated. */
    tolerated: JsonProblem[];
  };
};

/** Builds what a verb works with, for a request without a key of a team. */
export const systemContext = (c: Context<AppContext>): SystemContext => ({
  db: c.get("db"),
  objects: c.env.TEAM_PRESENCE,
  now: Date.now(),
});

/** Builds what a verb works with, for the caller that the guard let in. */
export const serviceContext = (c: Context<AppContext>): ServiceContext => ({
  ...systemContext(c),
  actor: c.get("actor"),
});
