/** The options that all commands of the operator have, and how a command reports a failure. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { OperatorError, type Target } from "./wrangler.ts";

const TARGET_OPTIONS = {
  remote: { type: "boolean", default: false },
  "persist-to": { type: "string" },
  database: { type: "string", default: "DB" },
} as const;

/** The options of a command, its other arguments, and the database that the options select. */
export type Parsed = { target: Target; positionals: string[]; values: Record<string, string | boolean | undefined> };

/** Reads the arguments of a command. Throws if an option is unknown or two options contradict each other. */
export function readArguments(args: string[], commandOptions: ParseArgsOptionsConfig = {}): Parsed {
  const { values, positionals } = parse(args, { ...TARGET_OPTIONS, ...commandOptions });
  const persistTo = values["persist-to"] as string | undefined;
  const remote = values.remote === true;
  if (remote && persistTo !== undefined) throw new OperatorError("Give --remote or --persist-to, not both.");
  const target = { remote, database: String(values.database), ...(persistTo !== undefined && { persistTo }) };
  return { target, positionals, values };
}

function parse(args: string[], options: ParseArgsOptionsConfig): Pick<Parsed, "positionals" | "values"> {
  try {
    return parseArgs({ args, options, allowPositionals: true }) as Pick<Parsed, "positionals" | "values">;
  } catch (error) {
    throw new OperatorError((error as Error).message);
  }
}

/** Runs a command. Shows an `OperatorError` without a stack. After any failure, the process ends with status 1. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof OperatorError ? error.message : error);
    process.exitCode = 1;
  }
}
