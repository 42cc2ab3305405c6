import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { INTEGRATION } from "../demo/account.ts";
import { freePort, type Running, start } from "./process.ts";

const ROOT = resolve(import.meta.dirname, "../..");

let data: string;
let running: Running;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "rollcall-receiver-"));
});
afterAll(async () => {
  running.kill("SIGINT");
  await running.gone;
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
});

test("In npm run dev, a webhook to a receiver on http://localhost is delivered", async () => {
  const port = await freePort();
  running = start("npm", ["run", "dev", "--", "--port", `${port}`, "--persist-to", data], ROOT);
  await running.shows("fire it with:");
  const receiver = createServer((_, response) => response.writeHead(204).end()).listen(0, "localhost");
  await once(receiver, "listening");
  try {
    const post = (path: string, body: unknown) =>
      fetch(`http://localhost:${port}${path}`, {
        method: "POST",
        headers: { Authorization: `Bearer ${INTEGRATION.key}`, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    const webhookUrl = `http://localhost:${(receiver.address() as AddressInfo).port}/hook`;
    const subscription = { user_id: "john.doe", time_window: "yearly", webhook_url: webhookUrl };
    expect((await post("/api/v1/stats-notifications", subscription)).status).toBe(201);
    const event = { kind: "task", externalId: "task-1", personIdentifier: "john.doe", title: "Done", scope: "board" };
    const events = [{ ...event, timestamp: new Date().toISOString() }];
    expect((await post("/api/v1/events", { events })).status).toBe(200);
    const message = once(receiver, "request") as Promise<[IncomingMessage]>;
    for (const cron of ["*/15+*+*+*+*", "*/5+*+*+*+*"]) {
      await fetch(`http://localhost:${port}/cdn-cgi/local/scheduled?cron=${cron}`);
    }
    const [request] = await message;
    expect(request.url).toBe("/hook");
    expect(request.headers["webhook-signature"]).toMatch(/^v1,/);
  } finally {
    receiver.close();
  }
});
