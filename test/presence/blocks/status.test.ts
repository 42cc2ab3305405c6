import { describe, expect, test } from "vitest";
import { isOffline, isWorking, rank } from "../../../src/presence/blocks/status.ts";

describe("isWorking", () => {
  test.each([
    ...["offline", "away", "idle", "inactive", "be right back", "brb", "break", "lunch", "dinner", "sick"],
    ...["vacation", "holiday", "leave", "out of office", "ooo", "sleeping"],
    // In other spellings.
    ...["AWAY", " Lunch ", "Be-Right-Back", "be_right_back", "out-of-office", "OUT_OF  OFFICE", "ＢＲＢ", "-away-"],
  ])("The status %o is not working time", (status) => {
    expect(isWorking(status, {})).toBe(false);
  });

  test.each([
    ...["online", "coding", "busy", "meeting", "dnd", "available", "Focus 🚀", "会議中"],
    // The whole status is compared, and no part of it.
    ...["lunch meeting", "breakfast", "back", "not away", "offline work", "sickbay", "of office"],
  ])("The status %o is working time", (status) => {
    expect(isWorking(status, {})).toBe(true);
  });
});

describe("the classes of a team", () => {
  const classes = { lunch: true, "in a meeting": false, "deep work": false };

  test("A team's class of a status replaces the usual one in any spelling, and no other", () => {
    const statuses = ["lunch", " LUNCH ", "in-a-meeting", "Deep_Work", "meeting", "dinner", "working lunch"];
    expect(statuses.map((status) => isWorking(status, classes))).toEqual([true, true, false, false, true, false, true]);
  });

  test("A status that a team classes as not working ranks last, even do not disturb and meetings", () => {
    const ranked = (status: string) => rank(status, { ...classes, dnd: false });
    expect(["dnd", "in a meeting", "deep work", "lunch", "do not disturb", "meeting"].map(ranked)).toEqual([
      ...[3, 3, 3, 2, 0, 1],
    ]);
  });

  test.each(["constructor", "toString", "hasOwnProperty", "__proto__"])(
    "The status %s has no class unless the team gave it one",
    (status) => {
      expect(isWorking(status, {})).toBe(true);
      expect(rank(status, {})).toBe(2);
    },
  );
});

test("Only the status offline counts as offline, in any spelling", () => {
  for (const status of ["offline", "Offline", " OFFLINE\n", "ｏｆｆｌｉｎｅ"]) expect(isOffline(status)).toBe(true);
  for (const status of ["off line", "off-line", "away", "online", "offline soon"])
    expect(isOffline(status)).toBe(false);
});

test("Do not disturb ranks before busy and meetings, then come other working statuses, then all others", () => {
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
