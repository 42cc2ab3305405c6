import { afterEach, describe, expect, test, vi } from "vitest";
import { PAYLOADS } from "../../lib/payloads.ts";
import { clockAt, read } from "../../support/checkins.ts";
import { expectError } from "../../support/error.ts";
import { mintStrangers } from "../../support/team.ts";
import { addRemark, listRemarks, mintMonday, postRemark, requestRemark } from "./client.ts";

afterEach(() => void vi.useRealTimers());

describe("the title of a comment", () => {
  test.each([
    ["emma-garrett", "Emma added a comment to their February 5 check-in"],
    ["adam-young", "Adam added a comment to a February 5 check-in from Emma"],
  ])("The title of a comment by %s on Emma's check-in names both people", async (person, title) => {
    const { team, emma } = await mintMonday();
    expect(await addRemark(team, "comment", emma.id, person, "Nice one")).toMatchObject({ title });
  });
});

test("A comment has the keys that the document prints, and no others", async () => {
  const { team, emma } = await mintMonday();
  const comment = await addRemark(team, "comment", emma.id, "emma-garrett", "Nice one");
  expect(Object.keys(comment)).toEqual(["id", "body", "created_at", "status_id", "title", "url", "user"]);
  expect(Object.keys(comment.user)).toEqual(Object.keys(emma.user));
});

test("The same text sent twice is two comments", async () => {
  const { team, emma } = await mintMonday();
  const [first, second] = [
    await addRemark(team, "comment", emma.id, "adam-young", "Nice one"),
    await addRemark(team, "comment", emma.id, "adam-young", "Nice one"),
  ];
  expect(first.id).not.toBe(second.id);
  expect(await listRemarks(team, "comment")).toHaveLength(2);
});

test("A comment with any markup is returned as it was sent, as JSON and never as HTML", async () => {
  const { team, emma } = await mintMonday();
  for (const body of [
    "> *quoted*\n\n`code` & #tag 👍🏽",
    "\u202e\u00a0é",
    ...PAYLOADS.map((payload) => payload.trim()),
  ]) {
    const { id } = await addRemark(team, "comment", emma.id, "adam-young", body);
    const answer = await requestRemark(team, "comment", id);
    expect(answer.headers.get("Content-Type")).toMatch(/^application\/json/);
    expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(await answer.json()).toMatchObject({ comment: { body } });
  }
});

test("A comment has at most 10,000 characters", async () => {
  const { team, emma } = await mintMonday();
  await addRemark(team, "comment", emma.id, "adam-young", "x".repeat(10_000));
  const body = { person: "adam-young", body: "x".repeat(10_001) };
  const { issues } = await expectError(await postRemark(team, "comment", emma.id, body), 400, "bad_request");
  expect(issues).toEqual([{ path: "body", message: "must be at most 10000 characters" }]);
});

describe("a change of a comment", () => {
  const change = (body: unknown) => ({ method: "PATCH", body });

  test("A changed comment has the new text, and the same id and time", async () => {
    const { team, emma } = await mintMonday();
    const made = await addRemark(team, "comment", emma.id, "adam-young", "Nice one");
    clockAt("2018-02-05T17:00:00Z");
    const changed = { ...made, body: "Very nice one" };
    expect(await read(requestRemark(team, "comment", made.id, change({ body: "Very nice one" })))).toEqual({
      comment: changed,
    });
    expect(await listRemarks(team, "comment")).toEqual([changed]);
  });

  test("Only the text of a comment can be changed, and it must not be empty", async () => {
    const { team, emma } = await mintMonday();
    const made = await addRemark(team, "comment", emma.id, "adam-young", "Nice one");
    for (const [body, path] of [
      [{}, "body"],
      [{ body: " " }, "body"],
      [{ body: null }, "body"],
      [{ body: "x", person: "emma-garrett" }, "person"],
    ] as const) {
      const { issues } = await expectError(
        await requestRemark(team, "comment", made.id, change(body)),
        400,
        "bad_request",
      );
      expect(issues).toMatchObject([{ path }]);
    }
    expect(await listRemarks(team, "comment")).toEqual([made]);
  });

  test("A comment that is removed, unknown or another team's cannot be changed", async () => {
    const [own, other] = [await mintMonday(), await mintMonday()];
    const removed = await addRemark(own.team, "comment", own.emma.id, "adam-young", "Nice one");
    await requestRemark(own.team, "comment", removed.id, { method: "DELETE" });
    const body = change({ body: "x" });
    await expectError(await requestRemark(own.team, "comment", removed.id, body), 410, "gone");
    const foreign = await addRemark(other.team, "comment", other.emma.id, "adam-young", "Theirs");
    for (const stranger of await mintStrangers(other.team)) {
      for (const id of [foreign.id, crypto.randomUUID()]) {
        await expectError(await requestRemark(stranger, "comment", id, body), 404, "not_found");
      }
    }
    expect(await listRemarks(other.team, "comment")).toEqual([foreign]);
  });

  test("A reaction cannot be changed", async () => {
    const { team, emma } = await mintMonday();
    const { id } = await addRemark(team, "reaction", emma.id, "adam-young", "+1");
    const answer = await requestRemark(team, "reaction", id, change({ body: "-1" }));
    await expectError(answer, 405, "method_not_allowed");
    expect(answer.headers.get("Allow")).toBe("GET, DELETE");
  });
});
