import { afterEach, describe, expect, test, vi } from "vitest";
import { PAYLOADS } from "../../lib/payloads.ts";
import { clockAt, read } from "../../support/checkins.ts";
import { expectError } from "../../support/error.ts";
import { leave, list, mintDay, one, remark } from "./client.ts";

afterEach(() => void vi.useRealTimers());

describe("what a comment is called", () => {
  test.each([
    ["emma-garrett", "Emma added a comment to their February 5 check-in"],
    ["adam-young", "Adam added a comment to a February 5 check-in from Emma"],
  ])("of %s on Emma's check-in", async (person, title) => {
    const { team, emma } = await mintDay();
    expect(await leave(team, "comment", emma.id, person, "Nice one")).toMatchObject({ title });
  });
});

test("a comment has the keys that the document prints, and no more", async () => {
  const { team, emma } = await mintDay();
  const comment = await leave(team, "comment", emma.id, "emma-garrett", "Nice one");
  expect(Object.keys(comment)).toEqual(["id", "body", "created_at", "status_id", "title", "url", "user"]);
  expect(Object.keys(comment.user)).toEqual(Object.keys(emma.user));
});

test("the same words twice are two comments", async () => {
  const { team, emma } = await mintDay();
  const [first, second] = [
    await leave(team, "comment", emma.id, "adam-young", "Nice one"),
    await leave(team, "comment", emma.id, "adam-young", "Nice one"),
  ];
  expect(first.id).not.toBe(second.id);
  expect(await list(team, "comment")).toHaveLength(2);
});

test("a comment is text: it is given back as it was sent, whatever markup it looks like, and never as HTML", async () => {
  const { team, emma } = await mintDay();
  for (const body of [
    "> *quoted*\n\n`code` & #tag 👍🏽",
    "\u202e\u00a0é",
    ...PAYLOADS.map((payload) => payload.trim()),
  ]) {
    const { id } = await leave(team, "comment", emma.id, "adam-young", body);
    const answer = await one(team, "comment", id);
    expect(answer.headers.get("Content-Type")).toMatch(/^application\/json/);
    expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(await answer.json()).toMatchObject({ comment: { body } });
  }
});

test("a comment has at most 10,000 characters", async () => {
  const { team, emma } = await mintDay();
  await leave(team, "comment", emma.id, "adam-young", "x".repeat(10_000));
  const body = { person: "adam-young", body: "x".repeat(10_001) };
  const { issues } = await expectError(await remark(team, "comment", emma.id, body), 400, "bad_request");
  expect(issues).toEqual([{ path: "body", message: "must be at most 10000 characters" }]);
});

describe("a changed comment", () => {
  const change = (body: unknown) => ({ method: "PATCH", body });

  test("says something else, and is the same one", async () => {
    const { team, emma } = await mintDay();
    const made = await leave(team, "comment", emma.id, "adam-young", "Nice one");
    clockAt("2018-02-05T17:00:00Z");
    const changed = { ...made, body: "Very nice one" };
    expect(await read(one(team, "comment", made.id, change({ body: "Very nice one" })))).toEqual({ comment: changed });
    expect(await list(team, "comment")).toEqual([changed]);
  });

  test("must say something, and nothing but that can be changed", async () => {
    const { team, emma } = await mintDay();
    const made = await leave(team, "comment", emma.id, "adam-young", "Nice one");
    for (const [body, path] of [
      [{}, "body"],
      [{ body: " " }, "body"],
      [{ body: null }, "body"],
      [{ body: "x", person: "emma-garrett" }, "person"],
    ] as const) {
      const { issues } = await expectError(await one(team, "comment", made.id, change(body)), 400, "bad_request");
      expect(issues).toMatchObject([{ path }]);
    }
    expect(await list(team, "comment")).toEqual([made]);
  });

  test("that is removed, absent or another team's, is not changed", async () => {
    const [ours, theirs] = [await mintDay(), await mintDay()];
    const removed = await leave(ours.team, "comment", ours.emma.id, "adam-young", "Nice one");
    await one(ours.team, "comment", removed.id, { method: "DELETE" });
    const body = change({ body: "x" });
    await expectError(await one(ours.team, "comment", removed.id, body), 410, "gone");
    const foreign = await leave(theirs.team, "comment", theirs.emma.id, "adam-young", "Theirs");
    for (const id of [foreign.id, crypto.randomUUID()]) {
      await expectError(await one(ours.team, "comment", id, body), 404, "not_found");
    }
    expect(await list(theirs.team, "comment")).toEqual([foreign]);
  });

  test("a reaction cannot be changed", async () => {
    const { team, emma } = await mintDay();
    const { id } = await leave(team, "reaction", emma.id, "adam-young", "+1");
    const answer = await one(team, "reaction", id, change({ body: "-1" }));
    await expectError(answer, 405, "method_not_allowed");
    expect(answer.headers.get("Allow")).toBe("GET, DELETE");
  });
});
