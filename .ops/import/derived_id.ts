/** Ids that a repeated import makes again. */
import { createHash } from "node:crypto";

/** Derives hexadecimal digits from texts. */
export const digest = (...parts: (string | number)[]): string =>
  createHash("sha256").update(parts.join("\n")).digest("hex");

/** Derives a UUID from texts (version 8, RFC 9562 section 5.8). */
export const derivedId = (...parts: (string | number)[]): string =>
  digest(...parts).replace(/^(.{8})(.{4})(.{3})(.{3})(.{12}).*$/, "$1-$2-8$3-8$4-$5");
