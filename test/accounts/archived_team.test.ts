import { describe, expect, onTestFinished, test } from "vitest";
import { createMorningReports } from "../../src/checkins/reports/job.ts";
import { removeExpired } from "../../src/retention/job.ts";
import { moveEndedWindows } from "../../src/statistics/service.ts";
import { anEvent, push as pushEvents } from "../events/client.ts";
import { openReceiver } from "../subscriptions/webhooks/receiver.ts";
import { change as changeNumbers, deliver, logOf, setUrl, subscribe } from "../subscriptions/webhooks/subscription.ts";
import { db, rows } from "../support/database.ts";
import { expectError } from "../support/error.ts";
import { changeMember, getMember } from "../support/members.ts";
import { evict, presence, push } from "../support/presence.ts";
import { mintTeamOf, storedReports } from "../support/reports.ts";
import { call, mintTeam } from "../support/team.ts";

import { archive, asOperator, createTeam } from "./teams_client.ts";

/** Opens a live socket; `closed` resolves when it is closed. */
async function watch(headers: Record<string, string>) {
  const { webSocket: socket } = await call("/api/v1/presence/live", { headers: { ...headers, Upgrade: "websocket" } });
  const viewer = { closes: 0, closed: Promise.resolve({} as CloseEvent) };
  viewer.closed = new Promise<CloseEvent>((resolve) => {
    socket!.addEventListener("close", (event) => {
      viewer.closes += 1;
      resolve(event);
    });
  });
  socket!.accept();
  onTestFinished(() => {
    if (socket!.readyState === WebSocket.OPEN) socket!.close();
  });
  return viewer;
}

describe("an archived team", () => {
  test("Its keys are refused with the documented text, and those of a sibling still work", async () => {
    const team = await mintTeam();
    const sibling = await createTeam(team.accountId);
    const { archived_at } = await archive(team);
    for (const headers of [team.asTeam, team.asIntegration, { Authorization: `Bearer ${team.teamKey}` }]) {
      const response = await call("/api/v1/people", { headers });
      expect((await expectError(response, 403, "integration_not_active")).error).toBe("Integration not active");
    }
    expect((await call("/api/v1/people", { headers: sibling.asTeam })).status).toBe(200);
    expect((await archive(team)).archived_at).toBe(archived_at);
  });

  test("Its live sockets of both kinds of key are closed when the answer comes, and those of a sibling stay", async () => {
    const team = await mintTeam();
    const sibling = await createTeam(team.accountId);
    await push(team, { ada: "online" });
    const ours = [await watch(team.asTeam), await watch(team.asIntegration)];
    const theirs = await watch(sibling.asTeam);
    await archive(team);
    for (const { closed } of ours) {
      expect(await closed).toMatchObject({ code: 1008, reason: "The key is no longer in force" });
    }
    expect(theirs.closes).toBe(0);
  });

  test("The sockets of a team that never sent a heartbeat are closed too", async () => {
    const team = await mintTeam();
    const { closed } = await watch(team.asTeam);
    await archive(team);
    expect(await closed).toMatchObject({ code: 1008 });
  });

  test("Its open blocks end at their last heartbeat and reach D1, and its people are there when it is back", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    await archive(team);
    expect(
      await rows("SELECT status, ended_at = last_seen_at AS ended FROM blocks WHERE team_id = ?", team.teamId),
    ).toEqual([{ status: "online", ended: 1 }]);
    expect(await archive(team, false)).toMatchObject({ archived_at: null });
    await evict(team);
    expect(await presence(team)).toMatchObject({ ada: { present: false } });
    await push(team, { ada: "online" });
    expect(await presence(team)).toMatchObject({ ada: { present: true } });
  });

  test("Cron creates no report of it, until it is back", async () => {
    const team = await mintTeamOf();
    const morning = (date: string) => createMorningReports({ db, now: Date.parse(`${date}T06:00:00Z`) });
    await archive(team);
    await morning("2018-02-05");
    expect(await storedReports(team)).toEqual([]);
    await archive(team, false);
    await morning("2018-02-06");
    expect((await storedReports(team)).map(({ date }) => date)).toEqual(["2018-02-06"]);
  });

  test("Cron moves no window and sends no message of it, until it is back", async () => {
    const subscription = await subscribe();
    const { team, id } = subscription;
    const receiver = await openReceiver();
    const at = Date.parse("2031-01-01T00:00:00Z");
    await setUrl(subscription, receiver.url);
    await changeNumbers(subscription, 7, at);
    await archive(team);
    const endsAt = async () =>
      (await rows<{ ends_at: number }>("SELECT ends_at FROM subscriptions WHERE id = ?", id))[0]!.ends_at;
    const run = async () => {
      await deliver(at);
      await moveEndedWindows({ db, now: at }, 1_000);
      return { sent: (await logOf(subscription)).length, endsAt: await endsAt() };
    };
    expect(await run()).toEqual({ sent: 0, endsAt: 0 });
    await archive(team, false);
    expect(await run()).toEqual({ sent: 1, endsAt: expect.toSatisfy((ends: number) => ends > at) });
  });

  test("Retention goes on for it", async () => {
    const team = await mintTeam();
    await pushEvents(team, anEvent({ timestamp: "2020-01-01T00:00:00Z" }));
    await rows("UPDATE teams SET retention_days = 30 WHERE id = ? RETURNING id", team.teamId);
    await archive(team);
    await removeExpired({ db, now: Date.now() });
    expect(await rows("SELECT id FROM events WHERE team_id = ?", team.teamId)).toEqual([]);
  });

  test("Erasing a person from a sibling erases what the archived team has of them", async () => {
    const team = await mintTeam();
    const sibling = await createTeam(team.accountId);
    for (const one of [team, sibling]) await push(one, { ada: "online" });
    await changeMember(sibling, "ada", { role: "active" });
    await archive(team);
    const { user } = await getMember(sibling, "ada");
    const response = await call(`/api/v1/people/${user.id}`, { method: "DELETE", headers: sibling.asTeam });
    expect(response.status).toBe(204);
    expect(await rows("SELECT id FROM members WHERE person_id = ?", user.id)).toEqual([]);
    expect(await rows("SELECT id FROM blocks WHERE team_id = ?", team.teamId)).toEqual([]);
    await archive(team, false);
    expect(await presence(team)).toEqual({});
  });

  test("Removing the account removes the archived team", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online" });
    await archive(team);
    const init = { method: "DELETE", headers: asOperator };
    expect((await call(`/api/v1/setup/accounts/${team.accountId}`, init)).status).toBe(204);
    expect(await rows("SELECT id FROM teams WHERE account_id = ?", team.accountId)).toEqual([]);
  });
});
