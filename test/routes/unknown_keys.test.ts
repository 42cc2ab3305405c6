import { expect, test } from "vitest";
import { expectError } from "../support/error.ts";
import { MATRIX } from "./matrix.ts";
import { objects, withMember } from "./mutation.ts";
import { ask, credentials, fullest } from "./request.ts";
import { absentNames, mintWorld } from "./world.ts";

/** The requests that one of the three contracts documents. All other requests are Rollcall's own. */
const DOCUMENTED = new Set([
  "POST /api/v1/presence",
  "POST /api/v1/events",
  "POST /api/v1/stats-notifications",
  "PUT /api/v1/stats-notifications/:id",
  "POST /api/v1/status_activities",
  "POST /api/v1/member_absences/:id",
  "POST /api/v1/team_absences",
]);

const ROWS = Object.entries(MATRIX).filter(([, row]) => fullest(row, absentNames()).body);

test("Every documented request is in the matrix", () => {
  expect([...DOCUMENTED].filter((route) => !ROWS.some(([name]) => name === route))).toEqual([]);
});

/** Statuses have names that a team invents, so no key is unknown there. */
const isFree = (key: unknown) => key === "status_classes";

test.each(ROWS)(
  "An unknown key is ignored in a documented request, and named in a 400 by any other: %s",
  async (route, row) => {
    const world = await mintWorld();
    const { body, ...rest } = fullest(row, world.names);
    const [headers] = credentials(row.accepts, world);
    for (const path of objects(body).filter((one) => !isFree(one.at(-1)))) {
      const response = await ask(route, rest, { headers: headers!, raw: withMember(body, path, '"unheard_of":1') });
      if (DOCUMENTED.has(route)) {
        expect([200, 201, 202], await response.clone().text()).toContain(response.status);
        expect(await response.text()).not.toContain("unheard_of");
      } else {
        const { issues } = await expectError(response, 400, "bad_request");
        expect(issues!.map((issue) => issue.path)).toEqual([[...path, "unheard_of"].join(".")]);
      }
    }
  },
);
