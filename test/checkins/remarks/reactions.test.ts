import { afterEach, describe, expect, test, vi } from "vitest";
import { clockAt, mintMembers, read, status } from "../../support/checkins.ts";
import { expectError } from "../../support/error.ts";
import { call } from "../../support/team.ts";
import { leave, list, mintDay, one, type Remark, remark } from "./client.ts";

afterEach(() => void vi.useRealTimers());

describe("what a reaction is called", () => {
  test.each([
    ["adam-young", "Adam reacted to a February 5 check-in from Emma with :thumbsup:"],
    ["emma-garrett", "Emma reacted to their February 5 check-in with :thumbsup:"],
  ])("of %s on Emma's check-in", async (person, title) => {
    const { team, emma } = await mintDay();
    expect(await leave(team, "reaction", emma.id, person, "thumbsup")).toMatchObject({ title });
  });
});

test("a reaction has the keys that the document prints, and no more", async () => {
  const { team, emma } = await mintDay();
  const reaction = await leave(team, "reaction", emma.id, "adam-young", "thumbsup");
  expect(Object.keys(reaction)).toEqual(["id", "body", "created_at", "status_id", "title", "url", "user"]);
});

describe("the name of an emoji", () => {
  test.each([
    ["thumbsup", "thumbsup"],
    [":thumbsup:", "thumbsup"],
    [" :+1: ", "+1"],
    ["-1", "-1"],
    ["man-running_2", "man-running_2"],
  ])("%j is %s", async (sent, body) => {
    const { team, emma } = await mintDay();
    expect(await leave(team, "reaction", emma.id, "adam-young", sent)).toMatchObject({ body });
  });

  test.each(["👍", ":thumbsup", "thumbsup:", "::", ":", "Thumbsup", "thumbs up", "<b>", ":a:b:"])(
    "%j is none",
    async (sent) => {
      const { team, emma } = await mintDay();
      const answer = await remark(team, "reaction", emma.id, { person: "adam-young", body: sent });
      const message = "must be the short name of an emoji, such as thumbsup or :thumbsup:";
      expect((await expectError(answer, 400, "bad_request")).issues).toEqual([{ path: "body", message }]);
    },
  );

  test("has an end", async () => {
    const { team, emma } = await mintDay();
    const answer = await remark(team, "reaction", emma.id, { person: "adam-young", body: "x".repeat(65) });
    expect((await expectError(answer, 400, "bad_request")).issues).toMatchObject([{ path: "body" }]);
  });
});

describe("of a kind, somebody has one on a check-in", () => {
  test("again is the one that stands, as it was", async () => {
    const { team, emma } = await mintDay();
    const first = await leave(team, "reaction", emma.id, "adam-young", "thumbsup");
    clockAt("2018-02-05T17:00:00Z");
    const again = { person: "adam.young@x.test", body: ":thumbsup:" };
    expect(await read(remark(team, "reaction", emma.id, again), 200)).toEqual({ reaction: first });
    expect(await list(team, "reaction")).toEqual([first]);
  });

  test("another emoji, another person and another check-in are reactions of their own", async () => {
    const { team, emma, adam } = await mintDay();
    await leave(team, "reaction", emma.id, "adam-young", "thumbsup");
    await leave(team, "reaction", emma.id, "adam-young", "tada");
    await leave(team, "reaction", emma.id, "emma-garrett", "thumbsup");
    await leave(team, "reaction", adam.id, "adam-young", "thumbsup");
    expect(await list(team, "reaction")).toHaveLength(4);
  });

  test("once removed, it can be left anew, as another one", async () => {
    const { team, emma } = await mintDay();
    const first = await leave(team, "reaction", emma.id, "adam-young", "thumbsup");
    await one(team, "reaction", first.id, { method: "DELETE" });
    const second = await leave(team, "reaction", emma.id, "adam-young", "thumbsup");
    expect(second.id).not.toBe(first.id);
    await one(team, "reaction", second.id, { method: "DELETE" });
    expect(await list(team, "reaction")).toEqual([]);
  });

  test("those of somebody merged are the successor's, who adds no other", async () => {
    const { team, emma } = await mintDay();
    await mintMembers(team, "Dave Hall", "Tee Hall");
    const first = await leave(team, "reaction", emma.id, "tee-hall", "wave");
    await leave(team, "reaction", emma.id, "dave-hall", "wave");
    await leave(team, "reaction", emma.id, "tee-hall", "tada");
    await read(call("/api/v1/people/dave-hall/merge", { headers: team.asTeam, body: { person: "tee-hall" } }));
    for (const person of ["dave-hall", "tee-hall"]) {
      const { reaction } = await read<{ reaction: Remark }>(
        remark(team, "reaction", emma.id, { person, body: "wave" }),
      );
      expect(reaction.body).toBe("wave");
      await read(remark(team, "reaction", emma.id, { person, body: "tada" }), 200);
    }
    expect(await list(team, "reaction")).toHaveLength(3);
    await one(team, "reaction", first.id, { method: "DELETE" });
    await read(remark(team, "reaction", emma.id, { person: "tee-hall", body: "wave" }), 200);
    expect(await list(team, "reaction")).toHaveLength(2);
  });

  test("of 50 sent at once one is new, and all are answered with it", async () => {
    const { team, emma } = await mintDay();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => remark(team, "reaction", emma.id, { person: "adam-young", body: "tada" })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(49);
    const ids = await Promise.all(
      answers.map(async (answer) => (await answer.json<{ reaction: Remark }>()).reaction.id),
    );
    expect(new Set(ids).size).toBe(1);
    expect((await status(team, emma.id)).reaction_ids).toEqual([ids[0]]);
  });
});
