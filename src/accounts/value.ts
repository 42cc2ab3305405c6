import { text } from "../lib/values.ts";

/** What an account is called. */
export const accountName = text(100);

/** The name of an account's owner. */
export const ownerName = text(100);
