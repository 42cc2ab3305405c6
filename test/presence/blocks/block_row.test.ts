import { expect, test } from "vitest";
import { withLiveState } from "../../../src/presence/blocks/block_row.ts";

const row = (id: string, endedAt: number | null) => ({ id, lastSeenAt: endedAt ?? 0, endedAt, details: null });

test("The live state replaces that of open blocks, and changes no block that has ended", () => {
  const blocks = [row("open", null), row("ended", 50), row("other", null)];
  const live = [
    { id: "open", lastSeenAt: 90, details: "new" },
    { id: "ended", lastSeenAt: 90, details: "new" },
  ];
  const shown = withLiveState<{ id: string; lastSeenAt: number; endedAt: number | null; details: string | null }>(
    blocks,
    live,
  );
  expect(shown.map(({ id, lastSeenAt, details }) => [id, lastSeenAt, details])).toEqual([
    ["open", 90, "new"],
    ["ended", 50, null],
    ["other", 0, null],
  ]);
});
