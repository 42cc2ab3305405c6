import { expect } from "vitest";

/** The body of every refused request. */
export type ErrorBody = {
  success: false;
  error: string;
  code: string;
  request_id: string;
  issues?: { path: string; message: string }[];
  errors?: Record<string, string[]>;
};

/**
 * Expects a refused request with this status and code, the exact error body (with `issues` for a 400 and `errors` for a 422
 * only) and the headers that HTTP requires. Returns the body.
 */
export async function expectError(response: Response, status: number, code: string): Promise<ErrorBody> {
  const body = await expectRefusal(response);
  expect(`${response.status} ${body.code}`, JSON.stringify(body)).toBe(`${status} ${code}`);
  return body;
}

/** Expects a refused request with any status from 400 to 499, as `expectError` does. */
export async function expectRefusal(response: Response): Promise<ErrorBody> {
  const text = await response.text();
  expect(response.status, text).toBeGreaterThanOrEqual(400);
  expect(response.status, text).toBeLessThan(500);
  expect(response.headers.get("Content-Type"), text).toBe("application/json");
  const body = JSON.parse(text) as ErrorBody;
  const issue = { path: expect.any(String), message: expect.stringMatching(/./) };
  expect(body).toEqual({
    success: false,
    error: expect.stringMatching(/./),
    code: expect.stringMatching(/^[a-z_]+$/),
    request_id: response.headers.get("X-Request-Id"),
    ...(response.status === 400 && { issues: expect.arrayContaining([issue]) }),
    ...(response.status === 422 && { errors: expect.any(Object) }),
  });
  for (const entry of body.issues ?? []) expect(entry).toEqual(issue);
  expect(response.headers.has("WWW-Authenticate")).toBe(response.status === 401);
  expect(response.headers.has("Allow")).toBe(response.status === 405);
  return body;
}
