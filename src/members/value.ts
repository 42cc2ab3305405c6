import * as z from "zod";
import { text } from "../lib/values.ts";

/** A person's name, or a part of it. Words are one space apart, so that `splitName` finds the parts again. */
export const memberName = text(200).transform((value) => value.replace(/\s+/g, " "));

/** Whether a member is expected to check in: an active one is, an observer is not. */
export const memberRole = z.enum(["active", "observer"], "must be active or observer");

/** A name for mentions: no e-mail address, and no character that would end a mention. */
export const username = text(64).regex(
  /^[\p{L}\p{N}._-]+$/u,
  "must be of letters, digits, dots, hyphens and underscores",
);

/** Where a person works. */
export const location = text(100);
