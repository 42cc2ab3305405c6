import { toBase64url } from "./base64url.ts";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Makes `length` random base62 characters, all equally likely: a byte above the largest multiple of 62 is drawn again. */
function randomBase62(length: number): string {
  let out = "";
  while (out.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      if (byte < 248 && out.length < length) out += BASE62[byte % 62];
    }
  }
  return out;
}

/** Makes a person's id: `usr_` and 16 base62 characters (95 bits). */
export const newPersonId = (): string => `usr_${randomBase62(16)}`;

/** Makes a subscription's id: `notif_` and 16 base62 characters. */
export const newSubscriptionId = (): string => `notif_${randomBase62(16)}`;

/** Makes the id of any other resource: a UUID. */
export const newId = (): string => crypto.randomUUID();

/** Makes an integration key as StatsAware documents it: `tc_` and 20 base62 characters (119 bits). */
export const newIntegrationKey = (): string => `tc_${randomBase62(20)}`;

/** Makes a team key: 256 bits as 43 URL-safe characters. */
export const newTeamKey = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)));

/** Returns the first characters of a key, which are stored readable to tell keys apart in a list. */
export const keyPrefix = (key: string): string => key.slice(0, 7);

/** Returns the SHA-256 of a text as 64 lower-case hex digits: the only form in which a key is stored. */
export async function sha256(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

/**
 * Derives the id of an identity from its account and identifier (a version 8 UUID, RFC 9562 section 5.8), so that a team's
 * object and the Events API use the same id without asking each other.
 */
export async function identityId(accountId: string, identifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${accountId}\n${identifier}`));
  const bytes = new Uint8Array(digest).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
