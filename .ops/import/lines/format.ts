/** What the import must know of a kind of lines. */
import type * as z from "zod";
import type { Target } from "../../wrangler.ts";
import type { Destination } from "../destination.ts";
import type { Line, Problem } from "./line.ts";

/** The team and the integration to import to. `integrationId` is null for lines of no integration. */
export type LineDestination = Destination & { integrationId: string | null };

/** A kind of lines. `T` is the value of a line. */
export type LineFormat<T> = {
  schema: z.ZodType<T>;
  /** How many lines one transaction writes. */
  batchSize: number;
  needsIntegration: boolean;
  /** Makes the SQL that writes lines, and lists the lines that cannot be written. `now` is UTC milliseconds. */
  prepare(lines: Line<T>[], to: LineDestination, now: number): Promise<{ statements: string[]; problems: Problem[] }>;
  /** Finds the lines that the database refused. */
  findRefused(target: Target, lines: Line<T>[], to: LineDestination): Promise<Problem[]>;
  /** A query that counts what the team has, as `count`. */
  count(to: LineDestination): string;
  /** What `count` counts. */
  counted: string;
};
