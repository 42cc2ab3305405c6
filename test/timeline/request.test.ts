import { afterEach, describe, expect, test } from "vitest";
import { call, mintPerson, mintTeam, type Team } from "../support/team.ts";
import { labels, readTimeline, reportEvent, reportStatus, requestTimeline, setClock, useRealClock } from "./client.ts";

afterEach(useRealClock);

/** The status, media type and body of an answer, without the id of the request. */
async function refusal(response: Response) {
  const { request_id, ...body } = (await response.json()) as Record<string, unknown>;
  expect(request_id).toEqual(expect.any(String));
  return { status: response.status, type: response.headers.get("Content-Type"), body };
}

const merge = (team: Team, into: string, verb: "merge" | "unmerge", person: string) =>
  call(`/api/v1/people/${into}/${verb}`, { headers: team.asTeam, body: { person } });

describe("the person of a timeline", () => {
  test("A person is found by any id, e-mail, slug or identifier", async () => {
    const team = await mintTeam();
    await reportStatus(team, "2027-06-01T09:00:00Z", "online", { who: "U/1 ü%?#", name: "Ada L", email: "Ada@x.test" });
    const { person_id } = await readTimeline(team, "ada-l?date=2027-06-01");
    for (const name of [person_id, "ada@x.test", "ADA@X.test"]) {
      expect(await readTimeline(team, `${name}?date=2027-06-01`)).toMatchObject({
        person_id,
        data: [{ status: "online" }],
      });
    }
    const byIdentifier = await call(`/api/v1/people/${encodeURIComponent("U/1 ü%?#")}/timeline?date=2027-06-01`, {
      headers: team.asTeam,
    });
    expect(await byIdentifier.json()).toMatchObject({ person_id, data: [{ status: "online" }] });
  });

  test("An integration of the team may read a timeline", async () => {
    const team = await mintTeam();
    await reportStatus(team, "2027-06-01T09:00:00Z", "online");
    const response = await call("/api/v1/people/ada/timeline?date=2027-06-01", { headers: team.asIntegration });
    expect(await response.json()).toMatchObject({ data: [{ status: "online" }] });
  });

  test("A person of another account or team gives the same 404 as an unknown person", async () => {
    const team = await mintTeam();
    const sibling = await mintTeam({ accountId: team.accountId });
    const stranger = await mintTeam();
    await reportStatus(team, "2027-06-01T09:00:00Z", "online", { email: "ada@x.test" });
    const { person_id } = await readTimeline(team, "ada");
    const absent = await refusal(await requestTimeline(stranger, "nobody"));
    expect(absent).toMatchObject({ status: 404, body: { success: false, code: "not_found" } });
    for (const other of [stranger, sibling]) {
      for (const name of [person_id, "ada@x.test", "ada", "nobody"]) {
        expect(await refusal(await requestTimeline(other, name))).toEqual(absent);
        expect(await refusal(await requestTimeline(other, `${name}?date=2027-06-01`))).toEqual(absent);
      }
    }
  });

  test("Each team of an account sees only what was reported to it about a person", async () => {
    const team = await mintTeam();
    const sibling = await mintTeam({ accountId: team.accountId });
    await reportStatus(team, "2027-06-01T09:00:00Z", "here");
    await reportEvent(team, "2027-06-01T09:01:00Z", "Here");
    await reportStatus(sibling, "2027-06-01T10:00:00Z", "there");
    await reportEvent(sibling, "2027-06-01T10:01:00Z", "There");
    const [here, there] = [await readTimeline(team, "ada"), await readTimeline(sibling, "ada")];
    expect(here.person_id).toBe(there.person_id);
    expect([labels(here), labels(there)]).toEqual([
      ["here", "Here"],
      ["there", "There"],
    ]);
  });

  test("Merged people have one timeline, and two again after the merge is undone", async () => {
    const team = await mintTeam({ timeoutMinutes: 720 });
    await reportStatus(team, "2027-06-01T09:00:00Z", "online");
    await reportStatus(team, "2027-06-01T09:30:00Z", "coding", { who: "U123", timezone: "Asia/Tokyo" });
    await reportStatus(team, "2027-06-01T10:30:00Z", "offline");
    await reportStatus(team, "2027-06-01T11:00:00Z", "offline", { who: "U123" });
    await reportEvent(team, "2027-06-01T10:00:00Z", "Message", { personIdentifier: "U123" });
    const day = "?date=2027-06-01";
    const before = [await readTimeline(team, `ada${day}`), await readTimeline(team, `U123${day}`)];
    expect(before.map(({ hours_worked }) => hours_worked)).toEqual([1.5, 1.5]);
    const [ada, other] = before.map(({ person_id }) => person_id) as [string, string];

    expect((await merge(team, ada, "merge", other)).status).toBe(200);
    const merged = await readTimeline(team, `${other}${day}`);
    expect(merged).toMatchObject({ person_id: ada, time_zone: "UTC", hours_worked: 2 });
    expect(labels(merged)).toEqual(["online", "coding", "Message"]);
    expect(merged.data.map((entry) => entry.identifier)).toEqual(["ada", "U123", "U123"]);
    expect(await readTimeline(team, `ada${day}`)).toEqual(merged);

    expect((await merge(team, ada, "unmerge", other)).status).toBe(200);
    expect([await readTimeline(team, `ada${day}`), await readTimeline(team, `U123${day}`)]).toEqual(before);
  });
});

describe("the date of a timeline", () => {
  test("The date is today in the time zone of the person unless one is given", async () => {
    const team = await mintTeam({ timeZone: "America/Los_Angeles" });
    await reportStatus(team, "2027-06-01T20:00:00Z", "online", { who: "kaori", timezone: "Asia/Tokyo" });
    const grace = await mintPerson(team, { name: "Grace" });
    const irene = await mintPerson(team, { name: "Irene", timeZone: "Pacific/Kiritimati" });
    const today = async (time: string) => {
      setClock(time);
      const days = [
        await readTimeline(team, "kaori"),
        await readTimeline(team, grace),
        await readTimeline(team, irene),
      ];
      return days.map(({ date }) => date);
    };
    expect(await today("2027-06-01T09:59:59.999Z")).toEqual(["2027-06-01", "2027-06-01", "2027-06-01"]);
    expect(await today("2027-06-01T10:00:00Z")).toEqual(["2027-06-01", "2027-06-01", "2027-06-02"]);
    expect(await today("2027-06-01T15:00:00Z")).toEqual(["2027-06-02", "2027-06-01", "2027-06-02"]);
    expect(await today("2027-06-02T07:00:00Z")).toEqual(["2027-06-02", "2027-06-02", "2027-06-02"]);
    expect(labels(await readTimeline(team, "kaori"))).toEqual(["online"]);
  });

  test.each([
    ...["", "yesterday", "2027-02-29", "2027-6-1", "20270601", "2027-06-01T00:00:00Z", "2027-13-01", "+2027-06-01"],
    ...["2027-06-01&date=2027-06-02", "%00", "-000001-01-01", "12027-06-01"],
  ])("The date %s is refused with 400", async (date) => {
    const team = await mintTeam();
    const ada = await mintPerson(team, { name: "Ada" });
    expect(await refusal(await requestTimeline(team, `${ada}?date=${date}`))).toMatchObject({
      status: 400,
      body: { code: "bad_request", error: expect.stringContaining("date: "), issues: [{ path: "date" }] },
    });
  });

  test.each(["0000-01-01", "1969-12-31", "9999-12-31"])("The distant date %s is accepted", async (date) => {
    const team = await mintTeam({ timeZone: "Asia/Tokyo" });
    const ada = await mintPerson(team, { name: "Ada" });
    expect(await readTimeline(team, `${ada}?date=${date}`)).toMatchObject({ date, hours_worked: 0, data: [] });
  });
});
