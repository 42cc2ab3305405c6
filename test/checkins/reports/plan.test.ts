import { describe, expect, test } from "vitest";
import { planReport } from "../../../src/checkins/reports/plan.ts";

describe("a report", () => {
  const settings = { workDays: [1, 2, 3, 4, 5], questions: {} };

  test("is planned for a work day, with the day before and its words", () => {
    expect(planReport("t", settings, "2018-02-05", ["2018-02-02"])).toMatchObject({
      teamId: "t",
      date: "2018-02-05",
      previousDate: "2018-02-01",
      questions: { previous: "What did you accomplish Thursday?" },
    });
  });

  test.each(["2018-02-03", "2018-02-04"])("is not planned for the weekend, %s", (date) => {
    expect(planReport("t", settings, date, [])).toBeNull();
  });

  test("is not planned for a team absence", () => {
    expect(planReport("t", settings, "2018-02-05", ["2018-02-05"])).toBeNull();
  });
});
