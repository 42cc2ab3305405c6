import { describe, expect, test } from "vitest";
import { newId } from "../../src/lib/id.ts";
import { expectError } from "../support/error.ts";
import { ask, body, countRows, setUp } from "./setup_client.ts";

describe("the same account a second time", () => {
  const again = { ...body(), account_name: `Twice ${newId()}` };

  test("It is a conflict that says so, and nothing is created", async () => {
    await setUp(again);
    const before = await countRows();
    // Of the same team as before, and of another one; the case of the address does not matter.
    const other = {
      ...again,
      owner: { ...again.owner, email: again.owner.email.toUpperCase() },
      team: { name: "Other" },
    };
    for (const sent of [again, other]) {
      const { error } = await expectError(await ask(sent), 409, "conflict");
      expect(error).toBe(
        `The account ${again.account_name} of ${again.owner.email.toLowerCase()} was set up before: POST /api/v1/teams adds a team to it`,
      );
    }
    expect(await countRows()).toEqual(before);
  });

  test("The same owner may set up an account of another name, and another owner one of the same name", async () => {
    await setUp({ ...again, account_name: `Else ${newId()}` });
    await setUp({ ...again, owner: body().owner });
  });

  test("Of several at the same time, one is created", async () => {
    const sent = { ...body(), account_name: `Raced ${newId()}` };
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(sent)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });
});
