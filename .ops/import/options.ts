/** Errors of options. */
import type * as z from "zod";
import { OperatorError } from "../wrangler.ts";

/** Makes the error that names each invalid option on a line. */
export const optionError = (error: z.ZodError): OperatorError =>
  new OperatorError(error.issues.map(({ path, message }) => `--${path.join(".")} ${message}`).join("\n"));
