import { Hono } from "hono";
import { expect, test, vi } from "vitest";
import type { AppContext } from "../../src/http/context.ts";
import { onError } from "../../src/http/errors.ts";
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

test("An overloaded object is answered with 503 and Retry-After, and any other error with a 500 that hides it", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const answerTo = async (error: Error) => {
    const app = new Hono<AppContext>().onError(onError).get("/", () => {
      throw error;
    });
    const response = await app.request("/");
    return { status: response.status, retryAfter: response.headers.get("Retry-After"), body: await response.text() };
  };
  const overloaded = Object.assign(new Error("secret"), { overloaded: true });
  expect(await answerTo(overloaded)).toMatchObject({ status: 503, retryAfter: "5" });
  for (const error of [new Error("secret"), Object.assign(new Error("secret"), { overloaded: false })]) {
    const { status, retryAfter, body } = await answerTo(error);
    expect([status, retryAfter]).toEqual([500, null]);
    expect(body).toContain("Processing failed");
    expect(body).not.toContain("secret");
  }
  log.mockRestore();
});

test("The log of a failed request names its route, and not the path or the query of the request", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const app = new Hono<AppContext>().onError(onError).get("/people/:id", () => {
    throw new Error("broken");
  });
  await app.request("/people/ada@example.com?email=ada@example.com");
  expect(log).toHaveBeenCalledExactlyOnceWith(undefined, "GET", "/people/:id", expect.any(Error));
  log.mockRestore();
});
