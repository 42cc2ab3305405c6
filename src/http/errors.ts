import type { Context } from "hono";
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
} as const;

export type ErrorCode = keyof typeof ERRORS;
export type Issue = { path: string; message: string };
/** What a 422 says of each field, as Status Hero's clients read it. */
type FieldErrors = Record<string, string[]>;

/** What a handler throws to refuse a request. `text` only narrows the documented text, never carries an internal message. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly issues: Issue[] | undefined;
  readonly errors: FieldErrors | undefined;
  readonly headers: Record<string, string>;

  constructor(
    code: ErrorCode,
    options: { text?: string; issues?: Issue[]; errors?: FieldErrors; headers?: Record<string, string> } = {},
  ) {
    super(options.text ?? ERRORS[code].text);
    this.code = code;
    this.issues = options.issues;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  get status() {
    return ERRORS[this.code].status;
  }
}

/** A 400 that names each field at fault and says why. */
export const badRequest = (issues: Issue[]): ApiError =>
  new ApiError("bad_request", {
    text: issues.map((i) => (i.path ? `${i.path}: ${i.message}` : i.message)).join("; "),
    issues,
  });

/** `["users", 3, "details"]` as a caller would write it: `users[3].details`. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text ? `${text}.${String(step)}` : String(step);
  }, "");

/** The one error body of all three contracts. */
export function onError(error: Error, c: Context<AppContext>): Response {
  const refusal = asApiError(error);
  if (refusal.code === "internal") console.error(c.get("requestId"), rootCause(error));
  return c.json(
    {
      success: false,
      error: refusal.message,
      code: refusal.code,
      request_id: c.get("requestId"),
      ...(refusal.issues && { issues: refusal.issues }),
      ...(refusal.errors && { errors: refusal.errors }),
    },
    refusal.status,
    // RFC 9110 section 11.6.1: a 401 names a scheme by which the caller can show who it is.
    { ...(refusal.status === 401 && { "WWW-Authenticate": "Bearer" }), ...refusal.headers },
  );
}

/** Objects say so when they are overloaded; asking again at once would only make it worse. */
const isOverloaded = (error: Error): boolean => "overloaded" in error && error.overloaded === true;

function asApiError(error: Error): ApiError {
  if (error instanceof ApiError) return error;
  if (isOverloaded(error)) return new ApiError("unavailable", { headers: { "Retry-After": "5" } });
  return new ApiError("internal");
}
