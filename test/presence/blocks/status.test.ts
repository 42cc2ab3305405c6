import { describe, expect, test } from "vitest";
import { isOffline, isWorking, rank } from "../../../src/presence/blocks/status.ts";

describe("working time", () => {
  test.each([
    ...["offline", "away", "idle", "inactive", "be right back", "brb", "break", "lunch", "dinner", "sick"],
    ...["vacation", "holiday", "leave", "out of office", "ooo", "sleeping"],
    // However it is spelled.
    ...["AWAY", " Lunch ", "Be-Right-Back", "be_right_back", "out-of-office", "OUT_OF  OFFICE", "ＢＲＢ", "-away-"],
  ])("is not %o", (status) => {
    expect(isWorking(status, {})).toBe(false);
  });

  test.each([
    ...["online", "coding", "busy", "meeting", "dnd", "available", "Focus 🚀", "会議中"],
    // Only the whole status counts.
    ...["lunch meeting", "breakfast", "back", "not away", "offline work", "sickbay", "of office"],
  ])("is %o", (status) => {
    expect(isWorking(status, {})).toBe(true);
  });
});

describe("a team's own classes", () => {
  const classes = { lunch: true, "in a meeting": false, "deep work": false };

  test("rule over the usual ones, however the status is spelled, and over nothing else", () => {
    const statuses = ["lunch", " LUNCH ", "in-a-meeting", "Deep_Work", "meeting", "dinner", "working lunch"];
    expect(statuses.map((status) => isWorking(status, classes))).toEqual([true, true, false, false, true, false, true]);
  });

  test("rank what they call no work last, even do-not-disturb and meetings, and what they call work before that", () => {
    const ranked = (status: string) => rank(status, { ...classes, dnd: false });
    expect(["dnd", "in a meeting", "deep work", "lunch", "do not disturb", "meeting"].map(ranked)).toEqual([
      ...[3, 3, 3, 2, 0, 1],
    ]);
  });

  test.each(["constructor", "toString", "hasOwnProperty", "__proto__"])("are none for a status called %s", (status) => {
    expect(isWorking(status, {})).toBe(true);
    expect(rank(status, {})).toBe(2);
  });
});

test("only offline ends a block, however it is spelled", () => {
  for (const status of ["offline", "Offline", " OFFLINE\n", "ｏｆｆｌｉｎｅ"]) expect(isOffline(status)).toBe(true);
  for (const status of ["off line", "off-line", "away", "online", "offline soon"])
    expect(isOffline(status)).toBe(false);
});

test("do-not-disturb comes before busy and meetings, these before other work, and that before everything else", () => {
  const ranks = [
    ["dnd", "Do Not Disturb", "do-not-disturb", "DO_NOT_DISTURB"],
    ["busy", "Meeting", "in a meeting", "in-meeting", "call", "on a call"],
    ["online", "coding", "meeting prep", "disturb me"],
    ["away", "lunch", "ooo", "sick"],
  ];
  expect(ranks.map((statuses) => [...new Set(statuses.map((status) => rank(status, {})))])).toEqual([
    [0],
    [1],
    [2],
    [3],
  ]);
});
