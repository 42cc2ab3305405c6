import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** An endpoint as Stats Notifier's contract prints it. `contract.txt` is a verbatim copy. */
export type Endpoint = { method: string; path: string; does: string; request: object | null; response: object };

const CONTRACT = readFileSync(resolve(import.meta.dirname, "contract.txt"), "utf8");
const METHOD = "(?:GET|POST|PUT|DELETE)";
const ENDPOINT = new RegExp(
  `\\n(${METHOD})\\n(/\\S+)\\n(.+)\\nPublic\\n(?:Request Example\\n([^]*?)\\n)?Response Example\\n([^]*?)(?=\\n${METHOD}\\n|$)`,
  "g",
);

/** The endpoints, in the order of the contract. */
export const ENDPOINTS: Endpoint[] = [...CONTRACT.matchAll(ENDPOINT)].map(
  ([, method, path, does, request, response]) => ({
    ...{ method: method!, path: path!, does: does! },
    request: request === undefined ? null : JSON.parse(request),
    response: JSON.parse(response!),
  }),
);
