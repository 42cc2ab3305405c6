import { describe, expect, test } from "vitest";
import { questionsFor } from "../../../src/checkins/reports/questions.ts";

describe("the questions", () => {
  test("are the document's where the team has none of its own", () => {
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

  test("are the team's own as far as it has any, with the previous day wherever they name it", () => {
    const own = { previous: "{previous_day}? And after {previous_day}?", next: "What for $& today?" };
    expect(questionsFor("$&", own)).toEqual({
      next: "What for $& today?",
      blockers: "Any obstacles impeding your progress?",
      previous: "$&? And after $&?",
      previous_completed: "Did you meet $&'s goals?",
    });
  });
});
