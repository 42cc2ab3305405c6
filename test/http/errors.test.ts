import { expect, test } from "vitest";
import { call } from "../support/team.ts";

test("an unknown path is 404 in the one error body", async () => {
  const response = await call("/api/v1/nowhere");
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    success: false,
    error: "Not found",
    code: "not_found",
    request_id: expect.stringMatching(/./),
  });
});

test("an answer that is not JSON is refused before anything is done", async () => {
  const response = await call("/api/v1/nowhere", { headers: { Accept: "text/html" } });
  expect(response.status).toBe(406);
});
