import { expect, test } from "vitest";
import { isCompleted } from "../../src/events/completion.ts";

const COMPLETED = [
  ["no details", null],
  ["details that say nothing of it", { repository: "api" }],
  ["status: completed", { status: "completed" }],
  ["status: Merged, in capitals and with blanks", { status: " MERGED\n" }],
  ["status: approved", { status: "approved" }],
  ["state: closed, and no status", { state: "closed" }],
  ["status: done, whatever the state", { status: "done", state: "open" }],
  ["a status that is no string", { status: 3 }],
  ["a status that is null", { status: null }],
  ["a status that is no string, and state: resolved", { status: ["open"], state: "resolved" }],
] as const;

test.each(COMPLETED)("%s: counts as completed", (_, details) => {
  expect(isCompleted(details)).toBe(true);
});

const NOT_COMPLETED = [
  ["status: open", { status: "open" }],
  ["status: failed", { status: "failed" }],
  ["a status of nothing", { status: "" }],
  ["status: in progress, whatever the state", { status: "in progress", state: "done" }],
  ["state: open", { state: "open" }],
  ["a status that is no string, and state: draft", { status: false, state: "draft" }],
  ["a word that is like one of those that say done", { status: "completely" }],
  ["a word that every object has", { status: "constructor" }],
] as const;

test.each(NOT_COMPLETED)("%s: does not", (_, details) => {
  expect(isCompleted(details)).toBe(false);
});
