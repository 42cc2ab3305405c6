import { afterEach, describe, expect, test, vi } from "vitest";
import { clockAt, mintMembers, read, status } from "../../support/checkins.ts";
import { expectError } from "../../support/error.ts";
import { call } from "../../support/team.ts";
import { addRemark, listRemarks, mintMonday, postRemark, type Remark, requestRemark } from "./client.ts";

afterEach(() => void vi.useRealTimers());

describe("the title of a reaction", () => {
  test.each([
    ["adam-young", "Adam reacted to a February 5 check-in from Emma with :thumbsup:"],
    ["emma-garrett", "Emma reacted to their February 5 check-in with :thumbsup:"],
  ])("The title of a reaction by %s to Emma's check-in names both people", async (person, title) => {
    const { team, emma } = await mintMonday();
    expect(await addRemark(team, "reaction", emma.id, person, "thumbsup")).toMatchObject({ title });
  });
});

test("A reaction has the keys that the document prints, and no others", async () => {
  const { team, emma } = await mintMonday();
  const reaction = await addRemark(team, "reaction", emma.id, "adam-young", "thumbsup");
  expect(Object.keys(reaction)).toEqual(["id", "body", "created_at", "status_id", "title", "url", "user"]);
});

describe("the name of an emoji", () => {
  test.each([
    ["thumbsup", "thumbsup"],
    [":thumbsup:", "thumbsup"],
    [" :+1: ", "+1"],
    ["-1", "-1"],
    ["man-running_2", "man-running_2"],
  ])("The name %j is accepted and stored as %s", async (sent, body) => {
    const { team, emma } = await mintMonday();
    expect(await addRemark(team, "reaction", emma.id, "adam-young", sent)).toMatchObject({ body });
  });

  test.each(["👍", ":thumbsup", "thumbsup:", "::", ":", "Thumbsup", "thumbs up", "<b>", ":a:b:"])(
    "The name %j is a 400",
    async (sent) => {
      const { team, emma } = await mintMonday();
      const answer = await postRemark(team, "reaction", emma.id, { person: "adam-young", body: sent });
      const message = "must be the short name of an emoji, such as thumbsup or :thumbsup:";
      expect((await expectError(answer, 400, "bad_request")).issues).toEqual([{ path: "body", message }]);
    },
  );

  test("A name of more than 64 characters is a 400", async () => {
    const { team, emma } = await mintMonday();
    const answer = await postRemark(team, "reaction", emma.id, { person: "adam-young", body: "x".repeat(65) });
    expect((await expectError(answer, 400, "bad_request")).issues).toMatchObject([{ path: "body" }]);
  });
});

describe("one reaction of a kind for each person and check-in", () => {
  test("The same reaction again returns the first one unchanged", async () => {
    const { team, emma } = await mintMonday();
    const first = await addRemark(team, "reaction", emma.id, "adam-young", "thumbsup");
    clockAt("2018-02-05T17:00:00Z");
    const again = { person: "adam.young@x.test", body: ":thumbsup:" };
    expect(await read(postRemark(team, "reaction", emma.id, again), 200)).toEqual({ reaction: first });
    expect(await listRemarks(team, "reaction")).toEqual([first]);
  });

  test("Another emoji, another person and another check-in are further reactions", async () => {
    const { team, emma, adam } = await mintMonday();
    await addRemark(team, "reaction", emma.id, "adam-young", "thumbsup");
    await addRemark(team, "reaction", emma.id, "adam-young", "tada");
    await addRemark(team, "reaction", emma.id, "emma-garrett", "thumbsup");
    await addRemark(team, "reaction", adam.id, "adam-young", "thumbsup");
    expect(await listRemarks(team, "reaction")).toHaveLength(4);
  });

  test("A removed reaction can be added again, with another id", async () => {
    const { team, emma } = await mintMonday();
    const first = await addRemark(team, "reaction", emma.id, "adam-young", "thumbsup");
    await requestRemark(team, "reaction", first.id, { method: "DELETE" });
    const second = await addRemark(team, "reaction", emma.id, "adam-young", "thumbsup");
    expect(second.id).not.toBe(first.id);
    await requestRemark(team, "reaction", second.id, { method: "DELETE" });
    expect(await listRemarks(team, "reaction")).toEqual([]);
  });

  test("The reactions of a merged person count as the successor's, so neither can add the same again", async () => {
    const { team, emma } = await mintMonday();
    await mintMembers(team, "Dave Hall", "Tee Hall");
    const first = await addRemark(team, "reaction", emma.id, "tee-hall", "wave");
    await addRemark(team, "reaction", emma.id, "dave-hall", "wave");
    await addRemark(team, "reaction", emma.id, "tee-hall", "tada");
    await read(call("/api/v1/people/dave-hall/merge", { headers: team.asTeam, body: { person: "tee-hall" } }));
    for (const person of ["dave-hall", "tee-hall"]) {
      const { reaction } = await read<{ reaction: Remark }>(
        postRemark(team, "reaction", emma.id, { person, body: "wave" }),
      );
      expect(reaction.body).toBe("wave");
      await read(postRemark(team, "reaction", emma.id, { person, body: "tada" }), 200);
    }
    expect(await listRemarks(team, "reaction")).toHaveLength(3);
    await requestRemark(team, "reaction", first.id, { method: "DELETE" });
    await read(postRemark(team, "reaction", emma.id, { person: "tee-hall", body: "wave" }), 200);
    expect(await listRemarks(team, "reaction")).toHaveLength(2);
  });

  test("50 equal reactions sent at the same time create one, and all answers return it", async () => {
    const { team, emma } = await mintMonday();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => postRemark(team, "reaction", emma.id, { person: "adam-young", body: "tada" })),
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
