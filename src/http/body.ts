import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import type * as z from "zod";
import { type JsonProblem, parseJson } from "../lib/json.ts";
import type { AppContext } from "./context.ts";
import { ApiError, badRequest, type Issue, pathText } from "./errors.ts";

/** The largest body taken, in bytes: 1 MiB. */
export const MAX_BODY_BYTES = 1_048_576;

/** Refuses a body over the limit with 413, reading no more of it than the limit. */
export const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new ApiError("too_large", { text: "Request too large: at most 1 MiB" });
  },
});

/** What `jsonBody` leaves for `c.req.valid("json")`. */
type Json<S extends z.ZodType> = { in: { json: z.input<S> }; out: { json: z.output<S> } };

/**
 * Reads a JSON body as `bodyText` and `readJson` do. A problem that `spare` accepts is left to the handler, under
 * `c.get("spared")`: so one bad event need not sink its batch.
 */
export function jsonBody<S extends z.ZodType>(schema: S, spare: (problem: JsonProblem) => boolean = () => false) {
  return createMiddleware<AppContext, string, Json<S>>(async function readJsonBody(c, next) {
    const { value, problems } = readJson(schema, await bodyText(c.req.raw), spare);
    c.set("spared", problems);
    c.req.addValidatedData("json", value as object);
    await next();
  });
}

/** The text of a body that says to be JSON; of one that was left out, an empty object. */
export async function bodyText(request: Request): Promise<string> {
  const bytes = await request.arrayBuffer();
  // Where all fields are optional, clients leave the body out.
  if (bytes.byteLength === 0 && !request.headers.has("Content-Type")) return "{}";
  const type = request.headers.get("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type !== "application/json" && !/^application\/[\w.-]+\+json$/.test(type))
    throw new ApiError("unsupported_media_type");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw badRequest([{ path: "", message: "The body is not UTF-8" }]);
    throw error;
  }
}

/**
 * Reads JSON, refuses what JSON.parse would silently lose or mangle (duplicate keys, lone surrogates, NUL, endless nesting)
 * unless `spare` accepts it, and validates the rest.
 */
export function readJson<S extends z.ZodType>(
  schema: S,
  text: string,
  spare: (problem: JsonProblem) => boolean = () => false,
): { value: z.output<S>; problems: JsonProblem[] } {
  const { value, problems } = parseText(text);
  const refused = problems.filter((problem) => !spare(problem));
  if (refused.length > 0) throw badRequest(refused.slice(0, MAX_ISSUES).map(problemIssue));
  return { value: validate(schema, value), problems };
}

function parseText(text: string): ReturnType<typeof parseJson> {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest([{ path: "", message: "The body is not JSON" }]);
    throw error;
  }
}

const problemIssue = ({ path, message }: JsonProblem): Issue => ({ path: pathText(path), message });

/** A body of a thousand users could fail in thousands of places: the first hundred are enough to mend it. */
const MAX_ISSUES = 100;

/** Characters of an unknown key shown: a hundred issues under a 1 MB key must not make a 100 MB answer. */
const MAX_KEY_SHOWN = 100;

/** The issues of a failed zod parse, as the error body lists them. */
export const zodIssues = (error: z.core.$ZodError): Issue[] => error.issues.flatMap(issuesOf).slice(0, MAX_ISSUES);

/** zod puts all unknown keys of an object into one issue of that object; each is a field at fault. */
function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code !== "unrecognized_keys") return [{ path: pathText(issue.path), message: issue.message }];
  return issue.keys.map((key) => ({
    path: pathText([...issue.path, key.slice(0, MAX_KEY_SHOWN)]),
    message: "is not a field of this body",
  }));
}

function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  if (
    result.error.issues.some((issue) => issue.code === "too_big" && issue.origin === "array" && issue.path.length === 1)
  ) {
    throw new ApiError("too_large", { text: badRequest(zodIssues(result.error)).message });
  }
  throw badRequest(zodIssues(result.error));
}
