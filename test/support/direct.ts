import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { app } from "../../src/app.ts";

type Init = { method?: string; headers?: Record<string, string>; body?: unknown };

/**
 * Calls the app with other bindings than the suite's, and returns when its `waitUntil` work is done too. A body is sent as
 * JSON.
 */
export async function direct(
  path: string,
  init: Init = {},
  bindings: Record<string, unknown> = {},
  called = app,
): Promise<Response> {
  const { method = init.body === undefined ? "GET" : "POST", headers = {}, body } = init;
  const request = new Request(`https://rollcall.test${path}`, {
    method,
    headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const ctx = createExecutionContext();
  const response = await called.fetch(request, { ...env, ...bindings }, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}
