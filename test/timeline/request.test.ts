import { afterEach, describe, expect, test } from "vitest";
import { call, mintPerson, mintTeam, type Team } from "../support/team.ts";
import { ask, beat, clockAt, did, realClock, shown, timelineOf } from "./client.ts";

afterEach(realClock);

/** What a refusal says, but for the id of the request, and with all of its headers that could tell something. */
async function refusal(response: Response) {
  const { request_id, ...body } = (await response.json()) as Record<string, unknown>;
  expect(request_id).toEqual(expect.any(String));
  return { status: response.status, type: response.headers.get("Content-Type"), body };
}

const merge = (team: Team, into: string, verb: "merge" | "unmerge", person: string) =>
  call(`/api/v1/people/${into}/${verb}`, { headers: team.asTeam, body: { person } });

describe("whose timeline it is", () => {
  test("any name of the person leads to it: id, e-mail, slug, identifier", async () => {
    const team = await mintTeam();
    await beat(team, "2027-06-01T09:00:00Z", "online", { who: "U/1 ü%?#", name: "Ada L", email: "Ada@x.test" });
    const { person_id } = await timelineOf(team, "ada-l?date=2027-06-01");
    for (const name of [person_id, "ada@x.test", "ADA@X.test"]) {
      expect(await timelineOf(team, `${name}?date=2027-06-01`)).toMatchObject({
        person_id,
        data: [{ status: "online" }],
      });
    }
    const byIdentifier = await call(`/api/v1/people/${encodeURIComponent("U/1 ü%?#")}/timeline?date=2027-06-01`, {
      headers: team.asTeam,
    });
    expect(await byIdentifier.json()).toMatchObject({ person_id, data: [{ status: "online" }] });
  });

  test("an integration of the team may read it too", async () => {
    const team = await mintTeam();
    await beat(team, "2027-06-01T09:00:00Z", "online");
    const response = await call("/api/v1/people/ada/timeline?date=2027-06-01", { headers: team.asIntegration });
    expect(await response.json()).toMatchObject({ data: [{ status: "online" }] });
  });

  test("a person of another account, or of another team of the same one, answers as if they were not", async () => {
    const team = await mintTeam();
    const sibling = await mintTeam({ accountId: team.accountId });
    const stranger = await mintTeam();
    await beat(team, "2027-06-01T09:00:00Z", "online", { email: "ada@x.test" });
    const { person_id } = await timelineOf(team, "ada");
    const absent = await refusal(await ask(stranger, "nobody"));
    expect(absent).toMatchObject({ status: 404, body: { success: false, code: "not_found" } });
    for (const other of [stranger, sibling]) {
      for (const name of [person_id, "ada@x.test", "ada", "nobody"]) {
        expect(await refusal(await ask(other, name))).toEqual(absent);
        expect(await refusal(await ask(other, `${name}?date=2027-06-01`))).toEqual(absent);
      }
    }
  });

  test("two teams of one account see of one person what was reported to each", async () => {
    const team = await mintTeam();
    const sibling = await mintTeam({ accountId: team.accountId });
    await beat(team, "2027-06-01T09:00:00Z", "here");
    await did(team, "2027-06-01T09:01:00Z", "Here");
    await beat(sibling, "2027-06-01T10:00:00Z", "there");
    await did(sibling, "2027-06-01T10:01:00Z", "There");
    const [here, there] = [await timelineOf(team, "ada"), await timelineOf(sibling, "ada")];
    expect(here.person_id).toBe(there.person_id);
    expect([shown(here), shown(there)]).toEqual([
      ["here", "Here"],
      ["there", "There"],
    ]);
  });

  test("merged people have one timeline, and their own again once that is undone", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    await beat(team, "2027-06-01T09:00:00Z", "online");
    await beat(team, "2027-06-01T09:30:00Z", "coding", { who: "U123", timezone: "Asia/Tokyo" });
    await beat(team, "2027-06-01T10:30:00Z", "offline");
    await beat(team, "2027-06-01T11:00:00Z", "offline", { who: "U123" });
    await did(team, "2027-06-01T10:00:00Z", "Message", { personIdentifier: "U123" });
    const day = "?date=2027-06-01";
    const before = [await timelineOf(team, `ada${day}`), await timelineOf(team, `U123${day}`)];
    expect(before.map(({ hours_worked }) => hours_worked)).toEqual([1.5, 1.5]);
    const [ada, other] = before.map(({ person_id }) => person_id) as [string, string];

    expect((await merge(team, ada, "merge", other)).status).toBe(200);
    const merged = await timelineOf(team, `${other}${day}`);
    expect(merged).toMatchObject({ person_id: ada, time_zone: "UTC", hours_worked: 2 });
    expect(shown(merged)).toEqual(["online", "coding", "Message"]);
    expect(merged.data.map((entry) => entry.identifier)).toEqual(["ada", "U123", "U123"]);
    expect(await timelineOf(team, `ada${day}`)).toEqual(merged);

    expect((await merge(team, ada, "unmerge", other)).status).toBe(200);
    expect([await timelineOf(team, `ada${day}`), await timelineOf(team, `U123${day}`)]).toEqual(before);
  });
});

describe("which day it is", () => {
  test("today where the person is, unless another is asked for", async () => {
    const team = await mintTeam({ timeZone: "America/Los_Angeles" });
    await beat(team, "2027-06-01T20:00:00Z", "online", { who: "kaori", timezone: "Asia/Tokyo" });
    const grace = await mintPerson(team, { name: "Grace" });
    const irene = await mintPerson(team, { name: "Irene", timeZone: "Pacific/Kiritimati" });
    const today = async (time: string) => {
      clockAt(time);
      const days = [await timelineOf(team, "kaori"), await timelineOf(team, grace), await timelineOf(team, irene)];
      return days.map(({ date }) => date);
    };
    expect(await today("2027-06-01T09:59:59.999Z")).toEqual(["2027-06-01", "2027-06-01", "2027-06-01"]);
    expect(await today("2027-06-01T10:00:00Z")).toEqual(["2027-06-01", "2027-06-01", "2027-06-02"]);
    expect(await today("2027-06-01T15:00:00Z")).toEqual(["2027-06-02", "2027-06-01", "2027-06-02"]);
    expect(await today("2027-06-02T07:00:00Z")).toEqual(["2027-06-02", "2027-06-02", "2027-06-02"]);
    expect(shown(await timelineOf(team, "kaori"))).toEqual(["online"]);
  });

  test.each([
    ...["", "yesterday", "2027-02-29", "2027-6-1", "20270601", "2027-06-01T00:00:00Z", "2027-13-01", "+2027-06-01"],
    ...["2027-06-01&date=2027-06-02", "%00", "-000001-01-01", "12027-06-01"],
  ])("date=%s is none", async (date) => {
    const team = await mintTeam();
    const ada = await mintPerson(team, { name: "Ada" });
    expect(await refusal(await ask(team, `${ada}?date=${date}`))).toMatchObject({
      status: 400,
      body: { code: "bad_request", error: expect.stringContaining("date: "), issues: [{ path: "date" }] },
    });
  });

  test.each(["0000-01-01", "1969-12-31", "9999-12-31"])("%s is one, far off as it is", async (date) => {
    const team = await mintTeam({ timeZone: "Asia/Tokyo" });
    const ada = await mintPerson(team, { name: "Ada" });
    expect(await timelineOf(team, `${ada}?date=${date}`)).toMatchObject({ date, hours_worked: 0, data: [] });
  });
});
