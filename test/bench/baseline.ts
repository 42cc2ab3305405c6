/**
 * The Workers that Rollcall is compared with: one that does the least work possible, and a plain one without Rollcall.
 * With `?meter` they answer with their usage of D1. Such requests are slower and must not be timed.
 */
import { DurableObject } from "cloudflare:workers";
import { findKey } from "../../src/auth/store.ts";
import { database } from "../../src/db/client.ts";
import { sha256 } from "../../src/lib/id.ts";
import { meteredD1 } from "./meter.ts";
import { own } from "./own.ts";
import { noUsage } from "./row.ts";

type Bindings = {
  DB: D1Database;
  /** The database of the plain Worker in own.ts. */
  OWN: D1Database;
  TEAM_PRESENCE: DurableObjectNamespace<TeamPresence>;
};

type Update = { timestamp: string; source: string; users: { personIdentifier: string; status: string }[] };

/** An object that stores nothing. It has the class name of the real one, because wrangler.toml binds that name. */
export class TeamPresence extends DurableObject<Bindings> {
  /** Receives the same update as the real object, and does nothing. */
  nothing(_update: Update): void {}

  /** Accepts the WebSocket of a viewer. */
  override fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  broadcast(frame: string): void {
    for (const socket of this.ctx.getWebSockets()) socket.send(frame);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    if (code !== 1006) socket.close(code === 1005 ? 1000 : code);
  }
}

const bearerToken = (request: Request): string => request.headers.get("Authorization")!.slice("Bearer ".length);

/** Handles a heartbeat by the least work: the same key query as Rollcall, and one call of an object that does nothing. */
async function beat(request: Request, env: Bindings): Promise<void> {
  const key = await findKey(database(env.DB), await sha256(bearerToken(request)), Date.now());
  const update = await request.json<Update>();
  await env.TEAM_PRESENCE.getByName(key!.teamId).nothing(update);
}

/** Inserts a batch of events into a copy of their table, without validation. */
async function insertEvents(request: Request, { DB }: Bindings): Promise<void> {
  await DB.prepare(
    `INSERT INTO bare_events (id, team_id, external_id, identity_id, integration_id, kind, title, scope, url, details,
      occurred_at, created_at, updated_at)
    SELECT lower(hex(randomblob(16))), e.value ->> 'team', e.value ->> 'externalId', e.value ->> 'identity',
      e.value ->> 'integration', e.value ->> 'kind', e.value ->> 'title', e.value ->> 'scope', e.value ->> 'url',
      e.value ->> 'details', e.value ->> 'at', ?2, ?2
    FROM json_each(?1) e`,
  )
    .bind(await request.text(), Date.now())
    .run();
}

/** Runs statements as one transaction. The bench inserts and reads its test data this way. */
async function runStatements(request: Request, database: D1Database): Promise<D1Result[]> {
  const statements = await request.json<{ sql: string; params: unknown[] }[]>();
  return database.batch(statements.map(({ sql, params }) => database.prepare(sql).bind(...params)));
}

async function succeed(answer: Response | Promise<Response>): Promise<void> {
  const { ok, status } = await answer;
  if (!ok) throw new Error(`answered ${status}`);
}

const WORK: Record<string, (request: Request, env: Bindings) => Promise<unknown>> = {
  "POST /presence": beat,
  "POST /own/presence": (request, env) => succeed(own.fetch(request, env)),
  "POST /events": insertEvents,
  "POST /live": async (request, env) => env.TEAM_PRESENCE.getByName("live").broadcast(await request.text()),
};

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (`${request.method} ${pathname}` === "GET /live") return env.TEAM_PRESENCE.getByName("live").fetch(request);
    if (pathname === "/sql/DB") return Response.json(await runStatements(request, env.DB));
    if (pathname === "/sql/OWN") return Response.json(await runStatements(request, env.OWN));
    const work = WORK[`${request.method} ${pathname}`];
    if (!work) return new Response("no such baseline", { status: 404 });
    const usage = noUsage();
    const isMetered = searchParams.has("meter");
    await work(request, isMetered ? { ...env, DB: meteredD1(env.DB, usage), OWN: meteredD1(env.OWN, usage) } : env);
    return Response.json(isMetered ? [{ status: 200, body: "" }, usage] : { success: true });
  },
} satisfies ExportedHandler<Bindings>;
