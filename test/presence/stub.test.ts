import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { readObjectMetrics } from "../../src/presence/stub.ts";
import { mintTeam, type Team } from "../support/team.ts";

/** The error that the runtime throws, with its properties, when a call of an object fails. */
const failure = (properties: object) => Object.assign(new Error("The object's machine failed"), properties);

/** Objects whose first call fails. Counts how often a stub is asked for. */
function failingOnce(error: unknown) {
  const objects = env.TEAM_PRESENCE;
  let calls = 0;
  const getByName: typeof objects.getByName = (name) => {
    calls += 1;
    if (calls === 1) throw error;
    return objects.getByName(name);
  };
  return { objects: { getByName } as typeof objects, calls: () => calls };
}

const metricsOf = (team: Team, objects: typeof env.TEAM_PRESENCE) =>
  readObjectMetrics(objects, { teamId: team.teamId, directoryVersion: 1 });

test("A call that fails for a transient reason is made once more, with a new stub", async () => {
  const { objects, calls } = failingOnce(failure({ retryable: true }));
  expect(await metricsOf(await mintTeam(), objects)).toMatchObject({ openBlocks: 0 });
  expect(calls()).toBe(2);
});

test.each([
  ["is not transient", failure({ retryable: false })],
  ["names no reason", failure({})],
  ["comes from an overloaded object", failure({ retryable: true, overloaded: true })],
  ["is no Error", "a text"],
])("A failure that %s is returned to the caller without a second call", async (_, error) => {
  const { objects, calls } = failingOnce(error);
  await expect(metricsOf(await mintTeam(), objects)).rejects.toBe(error);
  expect(calls()).toBe(1);
});
