/**
 * `npm run deploy`: migrates the account's database, which it makes if there is none of that name, then deploys the
 * Worker. Arguments are those of `wrangler deploy`; with `--dry-run` nothing reaches the account.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
/** What wrangler says when the account has no database of the name. */
const NO_DATABASE = "Couldn't find a D1 DB";

const args = process.argv.slice(2);
if (!args.includes("--dry-run")) await migrate();
await wrangler("deploy", "--minify", ...args).then(endUnlessDone);

async function migrate(): Promise<void> {
  const { unstable_readConfig } = await import("wrangler");
  const [database] = unstable_readConfig({ config: join(ROOT, "wrangler.toml") }).d1_databases;
  const { binding, database_name: name, jurisdiction } = database!;
  const apply = () => wrangler("d1", "migrations", "apply", binding, "--remote");
  const first = await apply();
  if (!first.errors.includes(NO_DATABASE)) return endUnlessDone(first);
  console.log(`The account has no database "${name}" yet. Making it ...`);
  endUnlessDone(
    await wrangler("d1", "create", String(name), ...(jurisdiction ? ["--jurisdiction", jurisdiction] : [])),
  );
  endUnlessDone(await apply());
}

/** Runs wrangler, which may ask questions here, and returns what it wrote to stderr, which is shown too. */
async function wrangler(...command: string[]): Promise<{ status: number; errors: string }> {
  const child = spawn("wrangler", command, { cwd: ROOT, stdio: ["inherit", "inherit", "pipe"] });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
    process.stderr.write(text);
  });
  const [status] = await once(child, "close");
  return { status: status ?? 1, errors };
}

function endUnlessDone({ status }: { status: number }): void {
  if (status !== 0) process.exit(status);
}
