import { zValidator } from "@hono/zod-validator";
import type * as z from "zod";
import { zodIssues } from "./body.ts";
import { badRequest } from "./errors.ts";

/** Validates the query string; a 400 names each parameter at fault. */
export const query = <S extends z.ZodObject>(schema: S) =>
  zValidator("query", schema, (result) => {
    if (!result.success) throw badRequest(zodIssues(result.error));
  });
