/** Follows Stats Notifier's contract as its reader would. Paths, requests and answers are copied from it verbatim. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEMO } from "../journeys/client.ts";
import { type Server, startServer } from "../journeys/server.ts";
import { ENDPOINTS, type Endpoint } from "./stats_notifier/endpoints.ts";

let server: Server;
beforeAll(async () => {
  server = await startServer({ seed: true });
});
afterAll(() => server?.stop());

/** Sends the request as printed, with the id of the contract's examples. */
const paste = ({ method, path, request }: Endpoint, headers: Record<string, string> = DEMO.team): Promise<Response> =>
  fetch(server.url + path.replace(":notificationId", "notif_001"), {
    ...{ method, headers: { ...headers, "Content-Type": "application/json" } },
    body: request && JSON.stringify(request),
  });

/** Returns the types of JSON by path: "snapshot.hours_logged" is a "number". */
function shape(json: unknown, place = ""): Record<string, string> {
  if (Array.isArray(json)) return json.length > 0 ? shape(json[0], `${place}[]`) : { [place]: "list" };
  if (typeof json !== "object" || json === null) {
    const isInstant = typeof json === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(json);
    return { [place]: isInstant ? "instant" : json === null ? "null" : typeof json };
  }
  const parts = Object.entries(json).map(([key, value]) => shape(value, place ? `${place}.${key}` : key));
  return Object.assign({}, ...parts);
}

/** The keys that an answer may have in addition to the printed ones. */
const EXTRA = { "window.start_date": "string", "window.end_date": "string", "window.timezone": "string" };

/** The contract prints the refresh after the removal of the same subscription. */
const IN_TURN = [...ENDPOINTS].sort((a, b) => Number(a.method === "DELETE") - Number(b.method === "DELETE"));

test("The contract has six endpoints", () => expect(ENDPOINTS).toHaveLength(6));

test.each(IN_TURN)("The endpoint answers as printed: $does", async (endpoint) => {
  const response = await paste(endpoint, endpoint.method === "GET" ? DEMO.integration : DEMO.team);
  expect(response.status).toBe(200);
  const answer = shape(await response.json());
  const printed = shape(endpoint.response);
  expect(answer).toEqual("snapshot.hours_logged" in printed ? { ...printed, ...EXTRA } : printed);
});

test("A removed subscription is answered with 410", async () => {
  for (const endpoint of IN_TURN.filter(({ path }) => path.includes(":notificationId"))) {
    expect((await paste(endpoint)).status).toBe(410);
  }
});

test("A removed subscription can be created again", async () => {
  const make = ENDPOINTS.find(({ request }) => request && "user_id" in request)!;
  const response = await paste(make);
  expect(response.status).toBe(201);
  const { created_at, notification_id, snapshot } = (await response.json()) as Record<string, unknown>;
  expect(notification_id).not.toBe("notif_001");
  expect(Math.abs(Date.parse(created_at as string) - Date.now())).toBeLessThan(60_000);
  expect(snapshot).toEqual({ total_activities: 0, completed_activities: 0, hours_logged: 0 });
});
