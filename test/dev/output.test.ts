import { expect, test } from "vitest";
import { FIRST_PATH } from "../journeys/server.ts";
import { serverOutput } from "./output.ts";

const PRINTED = `[wrangler:info] Ready on http://localhost:8787
\u001b[33m▲ [WARNING]\u001b[0m Scheduled Workers are not automatically triggered during local development.

  To manually trigger a scheduled event, run:
    curl "http://localhost:8787/cdn-cgi/local/scheduled"

▲ [WARNING] Something else.

  It stays.
[wrangler:info] GET ${FIRST_PATH} 404 Not Found (1987ms)
[wrangler:info] GET /api/v1/people 401 Unauthorized (38ms)
`;

test("The lines of the server are printed, except its first answer and the hint for cron", () => {
  const lines: string[] = [];
  const take = serverOutput((line) => lines.push(line));
  for (const piece of PRINTED.match(/[\s\S]{1,7}/g)!) take(piece);
  expect(lines).toEqual([
    "[wrangler:info] Ready on http://localhost:8787",
    "▲ [WARNING] Something else.",
    "",
    "  It stays.",
    "[wrangler:info] GET /api/v1/people 401 Unauthorized (38ms)",
  ]);
});
