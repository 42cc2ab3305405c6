import { type Context, Hono } from "hono";
import { guard } from "../auth/guard.ts";
import { jsonBody } from "../http/body.ts";
import type { AppContext } from "../http/context.ts";
import { ApiError, badRequest } from "../http/errors.ts";
import { query } from "../http/query.ts";
import { cutPage } from "../lib/cursor.ts";
import { formatInstant } from "../lib/instant.ts";
import { localTime } from "../lib/time_zone.ts";
import type { PersonPresence } from "./current.ts";
import { presenceQuery, presenceUpdate } from "./schema.ts";
import { presenceOf } from "./stub.ts";
import { countStatuses, isHistory, MAX_AHEAD_MS, usersOf, warningsOf } from "./update.ts";

/** Presence in and live presence out. */
export const presenceRoutes = new Hono<AppContext>()
  .post("/presence", guard("integration"), jsonBody(presenceUpdate), async (c) => {
    const update = c.req.valid("json");
    const { accountId, teamId, directoryVersion, integration, storesDetails } = c.get("caller");
    const now = Date.now();
    if (update.timestamp > now + MAX_AHEAD_MS) {
      throw badRequest([{ path: "timestamp", message: "must not be more than 5 minutes ahead" }]);
    }
    if (!isHistory(update, now) && update.users.length > 0) {
      const heartbeat = {
        ...{ accountId, teamId, directoryVersion },
        ...{ integrationId: integration!.id, timeoutMs: integration!.timeoutMs },
        ...{ source: update.source, at: update.timestamp, users: usersOf(update, { storesDetails }) },
      };
      await presenceOf(c.env, teamId, (team) => team.heartbeat(heartbeat));
    }
    const warnings = warningsOf(update, now);
    return c.json({
      success: true,
      timestamp: formatInstant(now),
      processed: { users: update.users.length, statuses: countStatuses(update) },
      ...(warnings.length > 0 && { warnings }),
    });
  })
  .get("/presence", guard("either"), query(presenceQuery), async (c) => {
    const { present, limit, cursor } = c.req.valid("query");
    const { teamId, directoryVersion } = c.get("caller");
    const people = await presenceOf(c.env, teamId, (team) => team.people(directoryVersion));
    const following = people.filter(
      (person) =>
        (present === undefined || person.present === present) &&
        (!cursor || person.name > cursor.at || (person.name === cursor.at && person.person_id > cursor.id)),
    );
    const { rows, nextCursor } = cutPage(following, limit, (person) => ({ at: person.name, id: person.person_id }));
    const now = Date.now();
    return c.json({ data: rows.map((person) => withLocalTime(person, now)), next_cursor: nextCursor });
  })
  .get("/presence/live", guard("either"), async (c) => {
    // RFC 6455 section 4.1: a handshake is a GET, and so no HEAD.
    if (c.req.method !== "GET" || c.req.header("Upgrade")?.toLowerCase() !== "websocket") {
      throw new ApiError("upgrade_required", { headers: { Upgrade: "websocket", Connection: "Upgrade" } });
    }
    return watch(c);
  });

const withLocalTime = (person: PersonPresence, now: number) => ({
  ...person,
  local_time: localTime(now, person.time_zone),
});

/** Hands the socket to the team's object; of the caller's headers it gets none, and so no key. */
async function watch(c: Context<AppContext>): Promise<Response> {
  const { teamId, directoryVersion, integration } = c.get("caller");
  const headers = {
    Upgrade: "websocket",
    "X-Directory-Version": String(directoryVersion),
    "X-Viewer": integration?.id ?? "team",
  };
  const answer = await presenceOf(c.env, teamId, (team) => team.fetch("https://presence/live", { headers }));
  // The headers of a fetched response are immutable, and every answer still gets some.
  return new Response(answer.body, answer);
}
