import { exports } from "cloudflare:workers";
import type { Accepts } from "../../src/http/metadata.ts";
import type { Row, Sample } from "./matrix.ts";
import type { Names, World } from "./world.ts";

export const SETUP_TOKEN = "setup-token-for-tests-0000000000000";

/** Returns the headers that carry a key of an accepted kind, one set of headers for each kind. */
export function credentials(accepts: Accepts, world: World): Record<string, string>[] {
  const shown = {
    integration: [world.asIntegration],
    team: [world.asTeam],
    either: [world.asTeam, world.asIntegration],
    setup: [{ Authorization: `Bearer ${SETUP_TOKEN}` }],
  };
  return shown[accepts];
}

/** Returns the headers for the next request, with the new team key where the response contains one. */
export async function rotated({ rotates }: Row, response: Response, headers: Record<string, string>) {
  if (!rotates || !response.ok) return headers;
  return { ...headers, "X-API-KEY": (await response.clone().json<{ key: string }>()).key };
}

/** Selects the sample of a route that has a body, else the one that has a query, else the first. */
export function fullest({ samples }: Row, names: Names): Sample {
  const made = samples.map((sample) => sample(names));
  return made.find(({ body }) => body !== undefined) ?? made.find(({ query }) => query) ?? made[0]!;
}

/** A text, bytes or stream that is sent unchanged instead of a sample's body. */
export type Raw = string | Uint8Array | ReadableStream<Uint8Array>;

type Init = { headers?: Record<string, string | undefined>; raw?: Raw; url?: string };

/** Builds the URL of a route ("METHOD /path") with the parameters of a sample. */
export function address(route: string, { params = {}, query = {} }: Sample): string {
  const path = route.split(" ")[1]!.replace(/:(\w+)/g, (_, name) => encodeURIComponent(params[name]!));
  const search = new URLSearchParams(query).toString();
  return `https://rollcall.test${path}${search && `?${search}`}`;
}

/** Sends a sample to a route of the Worker, or to another `url`. A header set to undefined is left out. */
export function ask(route: string, sample: Sample, init: Init = {}): Promise<Response> {
  const body = init.raw ?? (sample.body === undefined ? null : JSON.stringify(sample.body));
  const headers = new Headers();
  const all = { ...(body !== null && { "Content-Type": "application/json" }), ...sample.headers, ...init.headers };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) headers.set(name, value);
  const method = route.split(" ")[0]!;
  return exports.default.fetch(new Request(init.url ?? address(route, sample), { method, headers, body }));
}

/** Returns the status, headers and body of a response as one text, without the request id, which always differs. */
export async function observableAnswer(response: Response): Promise<string> {
  const text = response.webSocket ? await firstMessage(response.webSocket) : await response.text();
  const headers = [...response.headers].filter(([name]) => name !== "x-request-id");
  const answer = [response.status, ...headers.map(([name, value]) => `${name}: ${value}`), text].join("\n");
  return answer.replace(/"request_id":"[^"]*"/, '"request_id":""');
}

async function firstMessage(socket: WebSocket): Promise<string> {
  const message = new Promise<string>((resolve) => {
    socket.addEventListener("message", ({ data }) => resolve(data as string), { once: true });
  });
  socket.accept();
  const text = await message;
  socket.close(1000);
  return text;
}
