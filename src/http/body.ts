import { createMiddleware } from "hono/factory";
import type * as z from "zod";
import { badRequest, describeIssues, type Issue } from "../lib/failure.ts";
import { type JsonProblem, parseJson } from "../lib/json.ts";
import type { AppContext } from "./context.ts";
import { ApiError, pathText } from "./errors.ts";
import { tagged } from "./metadata.ts";

/** The largest body accepted, in bytes: 1 MiB. */
export const MAX_BODY_BYTES = 1_048_576;

/** What `jsonBody` leaves for `c.req.valid("json")`. */
type Json<S extends z.ZodType> = { in: { json: z.input<S> }; out: { json: z.output<S> } };

/**
 * Reads and validates a JSON body: see `readBody` and `readJson`. Problems in the JSON that `tolerate` accepts are left to
 * the handler as `c.get("tolerated")`, so that one bad item of a batch does not stop the others.
 */
export function jsonBody<S extends z.ZodType>(schema: S, tolerate: (problem: JsonProblem) => boolean = () => false) {
  const middleware = createMiddleware<AppContext, string, Json<S>>(async function readJsonBody(c, next) {
    const { value, problems } = readJson(schema, await readBody(c.req.raw), tolerate);
    c.set("tolerated", problems);
    c.req.addValidatedData("json", value as object);
    await next();
  });
  return tagged(middleware, { json: schema });
}

/** No type, and the one that curl sends where the caller names none. */
const DEFAULT_TYPES = ["", "application/x-www-form-urlencoded"];

/**
 * Reads the text of a JSON body; an absent body is an empty object. A missing type and curl's default count
 * as JSON: only a caller with a key in a header gets here. 415 for another type, 413 over 1 MiB, 400 for invalid UTF-8.
 */
export async function readBody(request: Request): Promise<string> {
  const type = request.headers.get("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const isJson = type === "application/json" || /^application\/[\w.-]+\+json$/.test(type);
  if (!isJson && !DEFAULT_TYPES.includes(type)) throw new ApiError("unsupported_media_type");
  const bytes = await readBytes(request);
  // Where all fields are optional, clients leave the body out.
  if (bytes.byteLength === 0 && type === "") return "{}";
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw badRequest([{ path: "", message: "The body is not UTF-8" }]);
  }
}

/** Reads a body up to the limit and no further, whatever length it declares. */
async function readBytes(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get("Content-Length") ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  if (request.headers.has("Content-Length") || request.body === null)
    return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

const tooLarge = () => new ApiError("too_large", { text: "Request too large: at most 1 MiB" });

/**
 * Parses and validates JSON. Refuses with 400 what JSON.parse would lose or change without a word (duplicate keys, large
 * integers, lone surrogates, NUL, deep nesting), unless `tolerate` accepts the problem.
 */
export function readJson<S extends z.ZodType>(
  schema: S,
  text: string,
  tolerate: (problem: JsonProblem) => boolean = () => false,
): { value: z.output<S>; problems: JsonProblem[] } {
  const { value, problems } = parseText(text);
  const refused = problems.filter((problem) => !tolerate(problem));
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

/** A body of a thousand users can fail in thousands of places; an answer lists the first hundred. */
const MAX_ISSUES = 100;

/** Characters shown of an unknown key, so that a hundred issues under a 1 MB key do not make a 100 MB answer. */
const MAX_KEY_LENGTH_SHOWN = 100;

/** Lists the issues of a failed zod parse as the error body shows them. */
export const zodIssues = (error: z.core.$ZodError): Issue[] => error.issues.flatMap(issuesOf).slice(0, MAX_ISSUES);

/** zod puts all unknown keys of an object into one issue; callers get one issue for each key. */
function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code !== "unrecognized_keys") return [{ path: pathText(issue.path), message: issue.message }];
  return issue.keys.map((key) => ({
    path: pathText([...issue.path, key.slice(0, MAX_KEY_LENGTH_SHOWN)]),
    message: "is not a field of this body",
  }));
}

function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const isTooLong = result.error.issues.some(
    (issue) => issue.code === "too_big" && issue.origin === "array" && issue.path.length === 1,
  );
  const issues = zodIssues(result.error);
  throw isTooLong ? new ApiError("too_large", { text: describeIssues(issues) }) : badRequest(issues);
}
