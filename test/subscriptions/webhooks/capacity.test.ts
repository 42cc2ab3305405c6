import { expect, test } from "vitest";
import { MINUTE_MS } from "../../../src/lib/duration.ts";
import { TIMEOUT_MS } from "../../../src/subscriptions/webhooks/attempt.ts";
import { mintTeam, type Team } from "../../support/team.ts";
import { change, deliver, setUrl, subscribe } from "./subscription.ts";

/** Makes subscriptions of one team whose messages are due since `at`; their receiver has this host. */
async function queueMany(count: number, host: string, at: number, team?: Team) {
  const own = team ?? (await mintTeam());
  const all = await Promise.all(Array.from({ length: count }, () => subscribe(own)));
  for (const subscription of all) {
    await setUrl(subscription, `https://${host}/${subscription.id}`);
    await change(subscription, 1, at);
  }
  return own;
}

/** A network in which hosts named slow do not answer before `release`. */
function slowNetwork() {
  const sent: string[] = [];
  const open: (() => void)[] = [];
  const send = async (url: string) => {
    const { host } = new URL(url);
    sent.push(host);
    if (host.startsWith("slow")) await new Promise<void>((resolve) => open.push(resolve));
    return new Response("thanks");
  };
  const release = () => {
    for (const answer of open.splice(0)) answer();
  };
  return { sent, open, release, send: send as typeof fetch };
}

test("Many messages to a receiver that does not answer delay neither other accounts nor other receivers", async () => {
  const team = await queueMany(95, "slow.example.com", -2_000);
  await queueMany(3, "quick.example.com", -1_000, team);
  await queueMany(5, "other.example.com", -500);
  const { sent, open, release, send } = slowNetwork();
  const run = deliver(0, send);
  await expect.poll(() => open.length, { timeout: 20_000 }).toBe(6);
  const quick = sent.filter((host) => !host.startsWith("slow"));
  expect(quick.toSorted()).toEqual([...Array(5).fill("other.example.com"), ...Array(3).fill("quick.example.com")]);
  let isOver = false;
  const over = run.then(() => {
    isOver = true;
  });
  while (!isOver) {
    release();
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve))]);
  }
  expect(sent).toHaveLength(90);
  await deliver(0, async () => new Response("thanks"));
});

test("A run in which no receiver answers takes 15 rounds of 15 seconds, less than the five minutes to the next run", async () => {
  await queueMany(90, "slow.example.com", -1_000);
  const { sent, open, release, send } = slowNetwork();
  const run = deliver(0, send);
  let rounds = 0;
  while (sent.length < 90 || open.length > 0) {
    await expect.poll(() => open.length, { timeout: 20_000 }).toBe(6);
    rounds += 1;
    release();
  }
  await run;
  expect([sent.length, rounds]).toEqual([90, 15]);
  expect((rounds * TIMEOUT_MS) / MINUTE_MS).toBeLessThan(5);
});
