/** `npm run dev`: a local Rollcall with the demo data. See README.md. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { parseArgs } from "node:util";
import { DEFAULT_PERSIST_TO } from "../../.build/local_database.ts";
import { INTEGRATION, TEAM } from "../demo/account.ts";
import { startServer } from "../journeys/server.ts";
import { serverOutput } from "./output.ts";

const DEFAULT_PORT = 8787;

const { port, persistTo, args } = readArgs();
await requireFree(port);

const stopped = new AbortController();
// `on`, not `once`: npm forwards the Ctrl-C that the terminal sends too, and an unhandled second signal ends this
// process.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopped.abort());

console.log("Preparing the local database ...");
try {
  const server = await startServer({
    port,
    persistTo,
    seed: true,
    args: ["--var", "LOCAL_RECEIVERS:true", ...args],
    signal: stopped.signal,
    onOutput: serverOutput(),
  });
  console.log(welcome(server.url));
  await Promise.race([once(stopped.signal, "abort"), server.gone]);
  if (!stopped.signal.aborted) process.exitCode = 1;
  await server.stop();
} catch (error) {
  if (!stopped.signal.aborted) fail(String(error));
}

/** Reads the options of this script. All other arguments are for wrangler. */
function readArgs() {
  // Wrangler also accepts `--persistTo`.
  const given = process.argv.slice(2).map((arg) => arg.replace(/^--[a-z]+[A-Z][A-Za-z]*/, toKebabCase));
  const { values, tokens } = parseArgs({
    args: given,
    options: {
      ...{ port: { type: "string" }, "persist-to": { type: "string" } },
      ...{ remote: { type: "boolean", short: "r" }, help: { type: "boolean", short: "h" } },
    },
    strict: false,
    tokens: true,
  });
  if (values.help) {
    console.log("npm run dev takes every option of wrangler dev, except --remote:");
    process.exit(spawnSync("wrangler", ["dev", "--help"], { stdio: "inherit" }).status ?? 1);
  }
  if (values.remote) fail("The demo is local only: --remote would reach the deployed database.");
  const own = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== "option" || !["port", "persist-to"].includes(token.name)) continue;
    own.add(token.index);
    if (!token.inlineValue) own.add(token.index + 1);
  }
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) fail(`--port takes a number from 1 to 65535.`);
  const persistTo = String(values["persist-to"] ?? DEFAULT_PERSIST_TO);
  return { port, persistTo, args: given.filter((_, index) => !own.has(index)) };
}

function toKebabCase(option: string): string {
  return option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Checks before the start that the port is free: another server on it is the most common reason for a failed start. */
async function requireFree(port: number): Promise<void> {
  const probe = createServer();
  probe.listen(port, "localhost");
  try {
    await once(probe, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") fail(`Port ${port} is in use. Try another: npm run dev -- --port ${port + 1}`);
    fail(`Port ${port} cannot be used: ${code}`);
  }
  probe.close();
  await once(probe, "close");
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function welcome(url: string): string {
  return `
Rollcall is on ${url} with the demo team "${TEAM.name}". Ctrl-C stops it.

  Manual            ${url}/docs
  Integration key   ${INTEGRATION.key}
  Team id           ${TEAM.id}
  Team key          ${TEAM.key}

Try it:

  curl ${url}/api/v1/presence \\
    -H "Authorization: Bearer ${INTEGRATION.key}" \\
    -H "Content-Type: application/json" \\
    -d '{ "timestamp": "'$(date -u +%Y-%m-%dT%H:%M:%SZ)'", "source": "terminal",
          "users": [{ "personIdentifier": "john.doe", "name": "John Doe", "status": "online" }] }'

  curl ${url}/api/v1/presence -H "Authorization: Bearer ${INTEGRATION.key}"

Cron does not run by itself here; fire it with:

  curl "${url}/cdn-cgi/local/scheduled?cron=*/5+*+*+*+*"
`;
}
