import { expect } from "vitest";

/** The one body of every refusal (product.md, "Errors"). */
export type ErrorBody = {
  success: false;
  error: string;
  code: string;
  request_id: string;
  issues?: { path: string; message: string }[];
  errors?: Record<string, string[]>;
};

/**
 * Checks that a response is a refusal of this status and code, in exactly the one error body: `issues` with a 400, `errors` with
 * a 422, and only then, and what the protocol wants of the headers. Gives the body back.
 */
export async function expectError(response: Response, status: number, code: string): Promise<ErrorBody> {
  const body = await expectRefusal(response);
  expect(`${response.status} ${body.code}`, JSON.stringify(body)).toBe(`${status} ${code}`);
  return body;
}

/** Checks that a response is some refusal of a request, in exactly the one error body, and gives that back. */
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
