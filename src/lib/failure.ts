/** A field at fault, such as `users[3].status`, and what is wrong with it. */
export type Issue = { path: string; message: string };

/** What a 422 says of each field, as Status Hero's clients read it. */
export type FieldErrors = Record<string, string[]>;

/** Why a request cannot be served: one word each. `src/http/errors.ts` gives the status and the usual text. */
export type FailureCode =
  | "bad_request"
  | "invalid_api_key"
  | "integration_not_active"
  | "not_allowed"
  | "not_found"
  | "conflict"
  | "gone"
  | "too_large"
  | "unprocessable"
  | "too_many_requests"
  | "unavailable";

/** `retryAfter`: seconds after which the same request may succeed. `cause`: the error behind it, for the log alone. */
type Detail = { text?: string; issues?: Issue[]; errors?: FieldErrors; retryAfter?: number; cause?: unknown };

/** What a verb throws to refuse. `text` replaces the usual text of the code; it is shown to callers. */
export class Failure<Code extends string = FailureCode> extends Error {
  readonly code: Code;
  readonly text: string | undefined;
  readonly issues: Issue[] | undefined;
  readonly errors: FieldErrors | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: Code, { text, issues, errors, retryAfter, cause }: Detail = {}) {
    super(text ?? code, { cause });
    this.code = code;
    this.text = text;
    this.issues = issues;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

/** Makes the failure of a body or query that is invalid; it names each field at fault and says why. */
export const badRequest = (issues: Issue[]): Failure =>
  new Failure("bad_request", { text: describeIssues(issues), issues });

/** Lists issues in one line: `users[3].status: must not be empty; source: is required`. */
export const describeIssues = (issues: readonly Issue[]): string =>
  issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");

/** Makes the failure of something that does not exist for this team; `field` is the field of the body that named it. */
export const notFound = (field?: string): Failure =>
  new Failure("not_found", field === undefined ? {} : { text: `${field}: not found` });

/** Makes the failure of a request that the present state does not allow. */
export const conflict = (text: string): Failure => new Failure("conflict", { text });
