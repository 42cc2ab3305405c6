import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { clockAt, get, putAnswers, read } from "../../support/checkins.ts";
import { metered, plan, sum } from "../../support/d1_meter.ts";
import { rows } from "../../support/database.ts";
import { addMember, mergeMembers } from "../../support/members.ts";
import { read as readPath } from "../../support/presence.ts";
import { mintTeamOf, report, reports } from "../../support/reports.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";

afterAll(() => {
  vi.useRealTimers();
});

/** A Tuesday, years ahead: no alarm rings, so that only a read makes the object send its blocks. */
const TODAY = "2030-02-05";
let team: Awaited<ReturnType<typeof mintTeamOf>>;

beforeEach(async () => {
  clockAt(`${TODAY}T20:00:00Z`);
  team = await mintTeamOf({ timeZone: "America/Los_Angeles" });
  await get(team, "/reports");
});

const EMMA = "emma.garrett@x.test";

/** Has the team's tool report a status now, and the team's object write its blocks to D1. */
async function beat(of: Team, status: string, personIdentifier = EMMA, source = "chat"): Promise<void> {
  const body = { timestamp: new Date().toISOString(), source, users: [{ personIdentifier, status }] };
  await read(call("/api/v1/presence", { headers: of.asIntegration, body }));
  await readPath(of, "/blocks");
}

const absent = async (date = TODAY) => (await report(team, date)).metrics.absent_statuses_count;

describe("a presence status that means leave", () => {
  test.each(["vacation", "Sick", " LEAVE ", "holiday", "out of office", "Out-of-Office", "out_of_office", "OOO"])(
    "A person with this status counts as absent, and is in no list of absences: %j",
    async (status) => {
      await beat(team, status);
      expect((await report(team, TODAY)).metrics).toMatchObject({
        ...{ absent_statuses_count: 1, present_statuses_count: 1, participation_count: 0 },
      });
      expect((await reports(team))[0]!.metrics.absent_statuses_count).toBe(1);
      expect(await rows("SELECT * FROM member_absences WHERE team_id = ?", team.teamId)).toEqual([]);
      expect(await get(team, "/member_absences")).toEqual({ member_absences: [] });
    },
  );

  test.each(["away", "lunch", "offline", "online", "vacation planning", "sleeping", "on leave"])(
    "A person with any other status is expected: %j",
    async (status) => {
      await beat(team, status);
      expect(await absent()).toBe(0);
    },
  );

  test("A person who checks in counts as present", async () => {
    await beat(team, "vacation");
    await read(putAnswers(team, `${TODAY}-emma-garrett`, { next: "Work" }));
    expect((await report(team, TODAY)).metrics).toMatchObject({ absent_statuses_count: 0, present_statuses_count: 2 });
  });

  test("The day is the local day of the team, and every day on which a heartbeat came is one", async () => {
    await beat(team, "vacation");
    // Still the 5th in Los Angeles.
    clockAt("2030-02-06T07:55:00Z");
    await beat(team, "vacation", "hugh.oliver@x.test");
    clockAt("2030-02-06T20:00:00Z");
    await get(team, "/reports");
    expect([await absent(TODAY), await absent("2030-02-06")]).toEqual([2, 0]);
    await beat(team, "vacation");
    expect([await absent(TODAY), await absent("2030-02-06")]).toEqual([2, 1]);
    const listed = (await reports(team)).map(({ date, metrics }) => [date, metrics.absent_statuses_count]);
    expect(listed).toEqual([
      ["2030-02-06", 1],
      [TODAY, 2],
    ]);
  });

  test("One status of several is enough, and a later status of the day does not take it back", async () => {
    await beat(team, "online", EMMA, "editor");
    await beat(team, "sick");
    expect(await absent()).toBe(1);
    clockAt(`${TODAY}T20:01:00Z`);
    await beat(team, "online");
    expect(await absent()).toBe(1);
  });

  test("A block over many days counts on each of them, found from the days in the middle too", async () => {
    await beat(team, "vacation");
    await rows(
      "UPDATE blocks SET started_at = ?, last_seen_at = ?, ended_at = ? WHERE team_id = ? RETURNING id",
      ...[Date.parse("2030-02-01T20:00:00Z"), Date.parse("2030-02-12T20:00:00Z"), Date.parse("2030-02-12T20:00:00Z")],
      team.teamId,
    );
    expect(await absent()).toBe(1);
  });

  test("After a merge, the leave of the merged person is that of the successor", async () => {
    await beat(team, "vacation", "emma-chat");
    expect(await absent()).toBe(0);
    await mergeMembers(team, "emma-garrett", "emma-chat");
    expect(await absent()).toBe(1);
  });

  test("What the tools of another team report of the same person does not count", async () => {
    const other = await mintTeam({ accountId: team.accountId });
    await addMember(other, { email: EMMA, name: "Emma Garrett" });
    await beat(other, "vacation");
    expect(await absent()).toBe(0);
    const stranger = await mintTeam();
    await beat(stranger, "vacation");
    expect(await absent()).toBe(0);
  });

  test("A report reads the leave of its own day by index, however many other blocks there are", async () => {
    await beat(team, "vacation");
    await rows(
      `INSERT INTO blocks (id, team_id, identity_id, integration_id, source, status, started_at, last_seen_at, ended_at)
       SELECT 'many-' || value, block.team_id, identity_id, integration_id, 'chat', iif(value % 2, 'vacation', 'online'),
         block.started_at + (value - 5000) * 3600000, block.started_at + (value - 5000) * 3600000, 0
       FROM blocks block, (WITH RECURSIVE n (value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value < 9999)
         SELECT value FROM n) WHERE block.team_id = ? RETURNING id`,
      team.teamId,
    );
    const ran = await metered(() => report(team, TODAY));
    const ofBlocks = ran.filter(({ sql }) => sql.includes("blocks"));
    expect(ofBlocks).toHaveLength(1);
    expect(await plan(ofBlocks[0]!)).toContainEqual(expect.stringContaining("USING INDEX blocks_on_leave"));
    // The day, and the day after it: about 24 of the 5,000 blocks of leave, each with its identity.
    expect(sum(ofBlocks, "rowsRead")).toBeLessThanOrEqual(120);
  });
});
