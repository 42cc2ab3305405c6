import { describe, expect, test } from "vitest";
import { hours, workByPerson } from "../../../src/presence/blocks/work.ts";

const WINDOW = { start: 100, end: 200 };
const block = (startedAt: number, endedAt: number | null, fields: object = {}) => ({
  ...{
    id: "b",
    personId: "ada",
    status: "online",
    startedAt,
    lastSeenAt: endedAt ?? startedAt,
    endedAt,
    details: null,
  },
  ...fields,
});

describe("workByPerson", () => {
  test("Work is the part of working blocks that lies within the half-open window", () => {
    const blocks = [block(50, 120), block(150, 250), block(20, 300, { personId: "bob" })];
    expect([...workByPerson(blocks, WINDOW, {})]).toEqual([
      [
        "ada",
        [
          { start: 100, end: 120 },
          { start: 150, end: 200 },
        ],
      ],
      ["bob", [WINDOW]],
    ]);
  });

  test("Blocks of length 0, of other statuses and that only touch the window are not work", () => {
    const blocks = [block(150, 150), block(120, 180, { status: "Out-of-office" }), block(50, 100), block(200, 250)];
    expect([...workByPerson(blocks, WINDOW, {})]).toEqual([]);
  });

  test("The classes of the team decide which statuses are working", () => {
    const blocks = [block(100, 120, { status: "Lunch" }), block(150, 160, { status: "training" })];
    expect([...workByPerson(blocks, WINDOW, { lunch: true, training: false })]).toEqual([
      ["ada", [{ start: 100, end: 120 }]],
    ]);
  });

  test("An open block counts up to its last heartbeat", () => {
    const open = block(120, null, { lastSeenAt: 170 });
    expect(workByPerson([open], WINDOW, {}).get("ada")).toEqual([{ start: 120, end: 170 }]);
  });
});

test("Hours are rounded to two decimals", () => {
  expect([0, 17_999, 18_000, 3_600_000, 5_400_000, 1_234_567].map(hours)).toEqual([0, 0, 0.01, 1, 1.5, 0.34]);
});
