import { runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import { MINUTE, objectOf, ring, sendToObject } from "./presence.ts";
import { call, type Team } from "./team.ts";

/** Details of 16 KiB, the most that one user may have; `mark` tells them apart. */
export const longDetails = (mark: string) => ({ mark, text: "x".repeat(16_384 - 24 - mark.length) });

/** Has `sources` sources report each of `people` people as online, with 16 KiB of details each. */
export async function openManyBlocks(team: Team, { people, sources }: { people: number; sources: number }) {
  for (let source = 0; source < sources; source++) {
    const users = Array.from({ length: people }, (_, n) => ({
      personIdentifier: `p${n}`,
      status: "online",
      details: longDetails(`${source}.${n}`),
    }));
    await sendToObject(team, users, { source: `source ${source}`, timeoutMs: 60 * MINUTE });
  }
}

/** Counts the blocks that wait to be sent to D1. */
export const outboxSize = (team: Team): Promise<number> =>
  runInDurableObject(objectOf(team), (_, { storage }) =>
    Number(storage.sql.exec("SELECT count(*) AS n FROM outbox").one().n),
  );

/** Rings the alarm until nothing waits to be sent to D1, and returns how often. */
export async function ringUntilSent(team: Team): Promise<number> {
  let runs = 0;
  while ((await outboxSize(team)) > 0) {
    expect(runs, "the outbox does not become empty").toBeLessThan(100);
    await ring(team);
    runs += 1;
  }
  return runs;
}

/** Reads an answer of a team's key whole, and returns its status. */
export async function statusOf(team: Team, path: string, body?: unknown): Promise<number> {
  const response = await call(path, { headers: team.asTeam, body });
  await response.arrayBuffer();
  return response.status;
}
