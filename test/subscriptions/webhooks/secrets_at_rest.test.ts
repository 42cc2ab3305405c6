import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { openReceiver } from "./receiver.ts";
import { change, deliver, logOf, setUrl, subscribe } from "./subscription.ts";

/** Reads everything in D1 as one text. */
async function everything(): Promise<string> {
  const { results: tables } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*' AND name NOT GLOB 'sqlite*'",
  ).all<{ name: string }>();
  const found = await env.DB.batch(tables.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`)));
  return JSON.stringify(found.map(({ results }) => results));
}

test("No webhook secret, and no signing key, is stored in D1", async () => {
  const [subscription, receiver] = [await subscribe(), await openReceiver()];
  const secrets = [await setUrl(subscription, `${receiver.url}/1`), await setUrl(subscription, receiver.url)];
  await change(subscription, 1, 0);
  await deliver(0);
  expect(await logOf(subscription)).toHaveLength(1);
  const text = await everything();
  expect(text).toContain(receiver.url);
  const hidden = [env.WEBHOOK_SIGNING_KEY!, "whsec_", ...secrets.map((secret) => secret.slice(6, 20))];
  for (const part of hidden) expect(text).not.toContain(part);
  const bytes = secrets.map((secret) => Uint8Array.from(atob(secret.slice(6)), (char) => char.charCodeAt(0)));
  for (const secret of bytes) {
    expect(text).not.toContain(Array.from(secret, (byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
});
