import { zValidator } from "@hono/zod-validator";
import type * as z from "zod";
import { zodIssues } from "./body.ts";
import { badRequest } from "./errors.ts";

/** Validates the query string; a 400 names each parameter at fault. */
export const query = <S extends z.ZodObject>(schema: S) => valid("query", schema);

/** Validates the parameters in the path as `query` does those behind it. */
export const params = <S extends z.ZodObject>(schema: S) => valid("param", schema);

const valid = <T extends "query" | "param", S extends z.ZodObject>(target: T, schema: S) =>
  zValidator(target, schema, (result) => {
    if (!result.success) throw badRequest(zodIssues(result.error));
  });
