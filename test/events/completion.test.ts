import { expect, test } from "vitest";
import { isCompleted } from "../../src/events/completion.ts";

const COMPLETED = [
  ["no details", null],
  ["details without a status or state", { repository: "api" }],
  ["status: completed", { status: "completed" }],
  ["status: merged, in capitals and with spaces around it", { status: " MERGED\n" }],
  ["status: approved", { status: "approved" }],
  ["state: closed, and no status", { state: "closed" }],
  ["status: done, although the state is open", { status: "done", state: "open" }],
  ["a status that is no string", { status: 3 }],
  ["a status that is null", { status: null }],
  ["a status that is no string, and state: resolved", { status: ["open"], state: "resolved" }],
] as const;

test.each(COMPLETED)("An event with %s is completed", (_, details) => {
  expect(isCompleted(details)).toBe(true);
});

const NOT_COMPLETED = [
  ["status: open", { status: "open" }],
  ["status: failed", { status: "failed" }],
  ["an empty status", { status: "" }],
  ["status: in progress, although the state is done", { status: "in progress", state: "done" }],
  ["state: open", { state: "open" }],
  ["a status that is no string, and state: draft", { status: false, state: "draft" }],
  ["a status that only begins like a completed one", { status: "completely" }],
  ["a status that is the name of a property of every object", { status: "constructor" }],
] as const;

test.each(NOT_COMPLETED)("An event with %s is not completed", (_, details) => {
  expect(isCompleted(details)).toBe(false);
});
