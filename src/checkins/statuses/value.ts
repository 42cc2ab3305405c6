import * as z from "zod";

const MAX_ANSWER_LENGTH = 10_000;

/** The text of an answer, trimmed; it may be empty. */
export const answerText = z
  .string("must be a string, or null")
  .trim()
  .max(MAX_ANSWER_LENGTH, `must be at most ${MAX_ANSWER_LENGTH} characters`);
