import { afterEach, describe, expect, test, vi } from "vitest";
import { anEvent, push } from "../../events/client.ts";
import { PAYLOADS } from "../../lib/payloads.ts";
import { expectSafe } from "../../lib/safe_html.ts";
import { clockAt, mintMembers, status } from "../../support/checkins.ts";
import { expectError } from "../../support/error.ts";
import { mintTeam, type Team } from "../../support/team.ts";
import { createActivity, getActivity, postActivity } from "./client.ts";

afterEach(() => void vi.useRealTimers());

/** Creates a team of Emma and Adam on Monday 2018-02-05. */
async function mintMonday(): Promise<Team & { people: string[] }> {
  clockAt("2018-02-05T16:00:00Z");
  const team = await mintTeam({ timeZone: "America/Los_Angeles" });
  return { ...team, people: await mintMembers(team, "Emma Garrett", "Adam Young") };
}

const _emmasCheckin = async (team: Team) => status(team, "2018-02-05-emma-garrett");

describe("the markup of a description", () => {
  test("The markup of the document's example is returned in single quotes, and the description has none", async () => {
    const team = await mintMonday();
    const description = `<a href="https://trello.com/b/vee7/ca-board">CA Board</a>: moved "Index wireless hard drive" from "Dev" to "Stage"`;
    expect(await createActivity(team, { description })).toMatchObject({
      description: `CA Board: moved "Index wireless hard drive" from "Dev" to "Stage"`,
      html_description: `<a href='https://trello.com/b/vee7/ca-board'>CA Board</a>: moved "Index wireless hard drive" from "Dev" to "Stage"`,
    });
  });

  test("Neither a description nor the title of an event can run code in a browser", async () => {
    const team = await mintMonday();
    for (const payload of PAYLOADS) {
      const { html_description: html } = await createActivity(team, { description: `x ${payload}` });
      await expectSafe(html);
    }
    const titled = PAYLOADS.map((title) =>
      anEvent({
        personIdentifier: "adam.young@x.test",
        title,
        timestamp: "2018-02-05T15:00:00Z",
        url: "https://x.test",
      }),
    );
    await push(team, ...titled);
    const { status_activity_ids: ids } = await status(team, "2018-02-05-adam-young");
    expect(ids).toHaveLength(PAYLOADS.length);
    for (const id of ids) await expectSafe((await getActivity(team, id)).html_description);
  });

  test("Markup does not count towards the length of a description", async () => {
    const team = await mintMonday();
    const text = "x".repeat(1_000);
    expect(await createActivity(team, { description: `<b>${text}</b>` })).toMatchObject({ description: text });
  });

  test("A description that is only markup is a 400", async () => {
    const team = await mintMonday();
    for (const description of ["<script>alert(1)</script>", "<b> </b>", "<img src=x>"]) {
      const answer = await postActivity(team, { email: "emma.garrett@x.test", source: "x", description });
      const message = "must hold some text besides its markup";
      expect((await expectError(answer, 400, "bad_request")).issues).toEqual([{ path: "description", message }]);
    }
  });
});
