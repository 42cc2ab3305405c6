import { describe, expect, test } from "vitest";
import { questionsFor } from "../../../src/checkins/reports/questions.ts";

describe("the questions", () => {
  test("A team without questions of its own gets those of the document", () => {
    expect(questionsFor("Friday", {})).toEqual({
      next: "What are your goals for today?",
      blockers: "Any obstacles impeding your progress?",
      previous: "What did you accomplish Friday?",
      previous_completed: "Did you meet Friday's goals?",
    });
    expect(questionsFor("yesterday", {})).toMatchObject({
      previous: "What did you accomplish yesterday?",
      previous_completed: "Did you meet yesterday's goals?",
    });
  });

  test("The team's own questions replace the defaults, and each {previous_day} in them is replaced", () => {
    const own = { previous: "{previous_day}? And after {previous_day}?", next: "What for $& today?" };
    expect(questionsFor("$&", own)).toEqual({
      next: "What for $& today?",
      blockers: "Any obstacles impeding your progress?",
      previous: "$&? And after $&?",
      previous_completed: "Did you meet $&'s goals?",
    });
  });
});
