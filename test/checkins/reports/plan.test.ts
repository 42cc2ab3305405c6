import { describe, expect, test } from "vitest";
import { planReport } from "../../../src/checkins/reports/plan.ts";

describe("the plan of a report", () => {
  const settings = { workDays: [1, 2, 3, 4, 5], questions: {} };

  test("A work day has a report that asks about the previous work day", () => {
    expect(planReport("t", settings, "2018-02-05", ["2018-02-02"])).toMatchObject({
      teamId: "t",
      date: "2018-02-05",
      previousDate: "2018-02-01",
      questions: { previous: "What did you accomplish Thursday?" },
    });
  });

  test.each(["2018-02-03", "2018-02-04"])("A weekend day has no report: %s", (date) => {
    expect(planReport("t", settings, date, [])).toBeNull();
  });

  test("A team absence has no report", () => {
    expect(planReport("t", settings, "2018-02-05", ["2018-02-05"])).toBeNull();
  });
});
