import { expect, test } from "vitest";
import { call } from "../support/team.ts";

test("An unknown path answers 404 in the common error body", async () => {
  const response = await call("/api/v1/nowhere");
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    success: false,
    error: "Not found",
    code: "not_found",
    request_id: expect.stringMatching(/./),
  });
});

test("A request that does not accept JSON is refused with 406", async () => {
  const response = await call("/api/v1/nowhere", { headers: { Accept: "text/html" } });
  expect(response.status).toBe(406);
});
