import { zValidator } from "@hono/zod-validator";
import type * as z from "zod";
import { badRequest } from "../lib/failure.ts";
import { zodIssues } from "./body.ts";
import { tagged } from "./metadata.ts";

/** Validates the query string; a 400 names each parameter at fault. */
export const query = <S extends z.ZodObject>(schema: S) => tagged(validated("query", schema), { query: schema });

/** Validates the parameters in the path; a 400 names each one at fault. */
export const params = <S extends z.ZodObject>(schema: S) => tagged(validated("param", schema), { params: schema });

const validated = <T extends "query" | "param", S extends z.ZodObject>(target: T, schema: S) =>
  zValidator(target, schema, (result) => {
    if (!result.success) throw badRequest(zodIssues(result.error));
  });
