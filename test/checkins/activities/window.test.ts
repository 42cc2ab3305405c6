import { describe, expect, test } from "vitest";
import { activityWindow } from "../../../src/checkins/activities/window.ts";

describe("the activity window of a check-in", () => {
  const iso = ({ start, end }: { start: number; end: number }) => [start, end].map((ms) => new Date(ms).toISOString());

  test("The window lasts from the end of the previous work day to the end of the day, in the team's zone", () => {
    const days = { previousDate: "2018-02-02", date: "2018-02-05" };
    expect(iso(activityWindow(days, "America/Los_Angeles"))).toEqual([
      "2018-02-03T08:00:00.000Z",
      "2018-02-06T08:00:00.000Z",
    ]);
    expect(iso(activityWindow(days, "Pacific/Kiritimati"))).toEqual([
      "2018-02-02T10:00:00.000Z",
      "2018-02-05T10:00:00.000Z",
    ]);
  });

  test("The window is an hour shorter or longer where the clocks change", () => {
    const spring = activityWindow({ previousDate: "2026-03-06", date: "2026-03-09" }, "America/New_York");
    const autumn = activityWindow({ previousDate: "2026-10-30", date: "2026-11-02" }, "America/New_York");
    expect((spring.end - spring.start) / 3_600_000).toBe(71);
    expect((autumn.end - autumn.start) / 3_600_000).toBe(73);
  });

  test("The window of a report begins where that of the report before ends", () => {
    const first = activityWindow({ previousDate: "2018-02-01", date: "2018-02-02" }, "Pacific/Apia");
    const second = activityWindow({ previousDate: "2018-02-02", date: "2018-02-05" }, "Pacific/Apia");
    expect(second.start).toBe(first.end);
  });
});
