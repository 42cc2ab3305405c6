import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { readBody, readJson } from "../../http/body.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { query } from "../../http/query.ts";
import { cutPage } from "../../lib/cursor.ts";
import { badRequest } from "../../lib/failure.ts";
import { formatInstant } from "../../lib/instant.ts";
import { localTime } from "../../lib/time_zone.ts";
import { HISTORY, isHistory, MAX_AHEAD_MS, readUpdate, withoutDetails } from "../../presence/heartbeat/update.ts";
import { UpdateMemo } from "../../presence/heartbeat/update_cache.ts";
import type { PersonPresence } from "../../presence/object/current.ts";
import { presenceOf } from "../../presence/stub.ts";
import { presenceQuery, presenceUpdate } from "./presence_schema.ts";

const memo = new UpdateMemo();

/** Presence in and live presence out. */
export const presenceRoutes = new Hono<AppContext>()
  .post("/presence", guard("integration"), async (c) => {
    const { accountId, teamId, directoryVersion, integration, storesDetails } = c.get("actor");
    const { id: integrationId, timeoutMs } = integration!;
    const text = await readBody(c.req.raw);
    const update = memo.read(integrationId, text, (body) => readUpdate(readJson(presenceUpdate, body).value));
    const { timestamp, source, processed } = update;
    const now = Date.now();
    if (timestamp > now + MAX_AHEAD_MS) {
      throw badRequest([{ path: "timestamp", message: "must not be more than 5 minutes ahead" }]);
    }
    const isLate = isHistory(update, now);
    if (!isLate && processed.users > 0) {
      const users = storesDetails ? update.users : withoutDetails(update.users);
      const heartbeat = { accountId, teamId, directoryVersion, integrationId, timeoutMs, source, at: timestamp, users };
      await presenceOf(c.env.TEAM_PRESENCE, teamId, (team) => team.heartbeat(heartbeat));
    }
    const warnings = isLate ? [HISTORY, ...update.warnings] : update.warnings;
    return c.json({
      success: true,
      timestamp: formatInstant(now),
      processed,
      ...(warnings.length > 0 && { warnings }),
    });
  })
  .get("/presence", guard("either"), query(presenceQuery), async (c) => {
    const { present, limit, cursor } = c.req.valid("query");
    const { teamId, directoryVersion } = c.get("actor");
    const people = await presenceOf(c.env.TEAM_PRESENCE, teamId, (team) => team.people(directoryVersion));
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
  const { teamId, directoryVersion, integration } = c.get("actor");
  const headers = {
    Upgrade: "websocket",
    "X-Directory-Version": String(directoryVersion),
    "X-Viewer": integration?.id ?? "team",
  };
  const answer = await presenceOf(c.env.TEAM_PRESENCE, teamId, (team) =>
    team.fetch("https://presence/live", { headers }),
  );
  // The headers of a fetched response are immutable, and every answer still gets some.
  return new Response(answer.body, answer);
}
