import type { RequestIdVariables } from "hono/request-id";
import type { Caller } from "../auth/actor.ts";
import type { Database } from "../db/client.ts";
import type { JsonProblem } from "../lib/json.ts";

/** What every handler finds in its context: the bindings of wrangler.toml, the database, and who is calling. */
export type AppContext = {
  Bindings: Env;
  Variables: RequestIdVariables & {
    db: Database;
    caller: Caller;
    /** What was wrong with the JSON of a body and yet not refused: see `jsonBody`. */
    spared: JsonProblem[];
  };
};
