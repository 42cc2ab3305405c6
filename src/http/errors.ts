import type { Context } from "hono";
import { routePath } from "hono/route";
import { Failure, type FailureCode } from "../lib/failure.ts";
import { rootCause } from "../lib/root_cause.ts";
import type { AppContext } from "./context.ts";

/** Every way a request can fail: the machine word, its status, and the text the contracts document. */
const ERRORS = {
  bad_request: { status: 400, text: "Bad request" },
  missing_api_key: { status: 401, text: "Missing API key" },
  invalid_api_key: { status: 401, text: "Invalid API key" },
  invalid_setup_token: { status: 401, text: "Invalid setup token" },
  integration_not_active: { status: 403, text: "Integration not active" },
  onboarding_incomplete: { status: 403, text: "Account onboarding incomplete" },
  not_allowed: { status: 403, text: "Not allowed" },
  not_found: { status: 404, text: "Not found" },
  method_not_allowed: { status: 405, text: "Method not allowed" },
  not_acceptable: { status: 406, text: "Not acceptable" },
  conflict: { status: 409, text: "Conflict" },
  gone: { status: 410, text: "Gone" },
  too_large: { status: 413, text: "Request too large" },
  unsupported_media_type: { status: 415, text: "Content-Type must be application/json" },
  unprocessable: { status: 422, text: "Unprocessable" },
  upgrade_required: { status: 426, text: "Upgrade to a WebSocket" },
  too_many_requests: { status: 429, text: "Too many requests" },
  internal: { status: 500, text: "Processing failed" },
  unavailable: { status: 503, text: "Temporarily unavailable" },
} as const satisfies Record<FailureCode, unknown> & Record<string, { status: number; text: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** A failure that only HTTP knows: of credentials, methods, media types and rates. `headers` go into the answer. */
export class ApiError extends Failure<ErrorCode> {
  readonly headers: Record<string, string>;

  constructor(code: ErrorCode, { text, headers = {} }: { text?: string; headers?: Record<string, string> } = {}) {
    super(code, text === undefined ? {} : { text });
    this.headers = headers;
  }
}

const UNMIGRATED =
  "The database has no tables yet. Deployed: npm run deploy. Local: npx wrangler d1 migrations apply DB --local, with the --persist-to of wrangler dev if it has one.";

/** Makes, and logs, the failure of a database without tables: its text is the command that makes them. */
export function unmigrated(): ApiError {
  console.error(UNMIGRATED);
  return new ApiError("unavailable", { text: UNMIGRATED });
}

/** Writes a path as a caller would: `["users", 3, "details"]` is `users[3].details`. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text ? `${text}.${String(step)}` : String(step);
  }, "");

/** Answers a failed request with the one error body of all three contracts. */
export function onError(error: Error, c: Context<AppContext>): Response {
  const failure = failureOf(error);
  const { code, text, issues, errors, retryAfter } = failure;
  // The pattern of the route, not the path of the request: a path may contain an e-mail address.
  if (code === "internal" || failure.cause !== undefined) {
    console.error(c.get("requestId"), c.req.method, routePath(c, -1), rootCause(error));
  }
  return c.json(
    {
      success: false,
      error: text ?? ERRORS[code].text,
      code,
      request_id: c.get("requestId"),
      ...(issues && { issues }),
      ...(errors && { errors }),
    },
    ERRORS[code].status,
    {
      // RFC 9110 section 11.6.1: a 401 names a scheme by which the caller can authenticate.
      ...(ERRORS[code].status === 401 && { "WWW-Authenticate": "Bearer" }),
      ...(retryAfter !== undefined && { "Retry-After": String(retryAfter) }),
      ...(failure instanceof ApiError && failure.headers),
    },
  );
}

/** Whether a Durable Object refused a call because it is overloaded. A retry would add to the load. */
const isOverloaded = (error: Error): boolean => "overloaded" in error && error.overloaded === true;

function failureOf(error: Error): Failure<ErrorCode> {
  if (error instanceof Failure) return error;
  return isOverloaded(error)
    ? new ApiError("unavailable", { headers: { "Retry-After": "5" } })
    : new ApiError("internal");
}
