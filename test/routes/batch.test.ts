import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { MAX_BODY_BYTES } from "../../src/http/body.ts";
import { watchedD1 } from "../support/limits.ts";
import { mintTeam } from "../support/team.ts";

describe("the largest batch of events", () => {
  const AT = new Date().toISOString();
  const texts: [string, (nth: number) => string][] = [
    ["words", (nth) => `${nth}`.padEnd(256, "\u4e2d")],
    ["e-mail addresses", (nth) => `${`${nth}`.padEnd(240, "\u4e2d")}@example.com`],
    ["e-mail addresses that case folding makes longer", (nth) => `${`${nth}`.padEnd(240, "\ufdfa")}@example.com`],
  ];

  test.each(texts)(
    "The largest batch with people named by %s is stored in statements that D1 accepts",
    async (_, text) => {
      const event = { kind: "k", timestamp: AT, title: "t", scope: "s" };
      const events = Array.from({ length: 1_000 }, (__, nth) => ({
        ...{ ...event, externalId: `${nth}`, personIdentifier: text(nth) },
      }));
      await expectKept(events);
    },
  );

  test("A batch whose stored details are longer than its body is stored in statements that D1 accepts", async () => {
    const event = { kind: "k", timestamp: AT, title: "t", scope: "s", personIdentifier: "somebody" };
    const details = '{"list":[PLACE]}'.replace("PLACE", Array(700).fill("1e20").join());
    const events = Array.from({ length: 280 }, (__, nth) => ({ ...event, externalId: `${nth}`, details: "PLACE" }));
    await expectKept(events, JSON.stringify({ events }).replaceAll('"PLACE"', details));
  });

  async function expectKept(events: unknown[], body = JSON.stringify({ events })) {
    expect(new TextEncoder().encode(body).length).toBeLessThan(MAX_BODY_BYTES);
    const { asIntegration } = await mintTeam();
    const headers = { ...asIntegration, "Content-Type": "application/json" };
    const request = new Request("https://rollcall.test/api/v1/events", { method: "POST", headers, body });
    const { db, largest } = watchedD1();
    const ctx = createExecutionContext();
    const response = await app.fetch(request, { ...env, DB: db }, ctx);
    expect(await response.json()).toMatchObject({ processed: { created: events.length } });
    await waitOnExecutionContext(ctx);
    expect(largest()).toBeGreaterThan(100_000);
    expect(largest()).toBeLessThan(2_000_000);
  }
});
