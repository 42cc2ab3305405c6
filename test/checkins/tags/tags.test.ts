import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { clockAt, get, putAnswers, read, type Status, status } from "../../support/checkins.ts";
import { mintTeamOf } from "../../support/reports.ts";
import { call, mintStrangers, type Team } from "../../support/team.ts";

afterAll(() => {
  vi.useRealTimers();
});

const tags = async (team: Team, page = 1) => (await get<{ tags: string[] }>(team, `/tags?page=${page}`)).tags;
const tagged = async (team: Team, tag: string, page = 1) =>
  (await get<{ statuses: Status[] }>(team, `/tags/${tag}?page=${page}`)).statuses;

describe("tags", () => {
  let team: Team;
  let other: Team;
  beforeAll(async () => {
    clockAt("2018-02-05T10:00:00Z");
    const names = Array.from({ length: 35 }, (_, n) => `Member ${n}`);
    [team, other] = [await mintTeamOf({ names }), await mintTeamOf({ names: ["Emma"] })];
    for (const [n] of names.entries()) {
      // Four share each second.
      clockAt(new Date(Date.UTC(2018, 1, 5, 10, 0, Math.floor(n / 4))).toISOString());
      await read(
        putAnswers(team, `2018-02-05-member-${n}`, { next: `#All #t-${n}-x`, previous: n % 2 ? "#Odd" : "#Été" }),
      );
    }
    await read(putAnswers(other, "2018-02-05-emma", { next: "#theirs" }));
  });

  test("Tags are listed in lower case, each once, sorted, in pages of 30", async () => {
    const expected = ["all", "odd", "été", ...Array.from({ length: 35 }, (_, n) => `t-${n}-x`)].sort();
    const pages = [await tags(team, 1), await tags(team, 2), await tags(team, 3)];
    expect(pages.map((page) => page.length)).toEqual([30, 8, 0]);
    expect(pages.flat()).toEqual(expected);
    expect(await get(team, "/tags")).toEqual({ tags: pages[0] });
  });

  test("The check-ins of a tag are listed the latest first, ties by id, in pages of 30", async () => {
    const pages = [await tagged(team, "all", 1), await tagged(team, "all", 2), await tagged(team, "all", 3)];
    expect(pages.map((page) => page.length)).toEqual([30, 5, 0]);
    const order = pages.flat().map(({ completed_at, id }) => ({ at: Date.parse(completed_at!), id }));
    expect(order).toEqual(order.toSorted((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1)));
    expect(new Set(order.map(({ id }) => id)).size).toBe(35);
    expect(pages[0]![0]).toEqual(await status(team, pages[0]![0]!.id));
  });

  test.each([
    ["odd", 17],
    ["ODD", 17],
    ["Odd", 17],
    ["%23odd", 17],
    ["%C3%A9t%C3%A9", 18],
    ["E%CC%81TE%CC%81", 18],
    ["t-3-x", 1],
  ])("The check-ins of a tag are found as /tags/%s", async (tag, count) => {
    expect(await tagged(team, tag)).toHaveLength(count);
  });

  test.each(["nothing", "od", "theirs", "%00", "%", "'", "x".repeat(3_000)])(
    "A tag that no check-in has is an empty list: /tags/%s",
    async (tag) => {
      expect(await tagged(team, tag)).toEqual([]);
    },
  );

  test("The tags of another team are not listed", async () => {
    expect(await tags(other)).toEqual(["theirs"]);
    for (const stranger of await mintStrangers(other)) expect(await tags(stranger)).toEqual([]);
  });

  test.each(["/tags", "/tags/all"])("Page 0 is a 400: %s", async (path) => {
    const response = await call(`/api/v1${path}?page=0`, { headers: team.asTeam });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ issues: [{ path: "page" }] });
  });
});
