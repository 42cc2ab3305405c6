import { fingerprint } from "../../lib/fingerprint.ts";
import type { HeartbeatUser } from "../heartbeat/heartbeat.ts";

/**
 * Details with more characters than this are not kept in memory: those of 10,000 open blocks take up to 160 MB, and an
 * object has 128 MB.
 */
const MAX_CHARACTERS_IN_MEMORY = 200;

/** What memory has in place of long details begins with this; details are JSON objects and begin with a brace. */
const MARK = "#";

/** Returns short details as they are, and for long ones a reference: equal details have equal references. */
export const toReference = (details: string | null): string | null =>
  details !== null && details.length > MAX_CHARACTERS_IN_MEMORY ? MARK + fingerprint(details) : details;

/** Whether details in memory are a reference, and the text is only in storage. */
export const isReference = (details: string | null): details is string => details?.startsWith(MARK) ?? false;

/** Returns a user with a reference in place of long details, and adds their text to `texts`. */
export function withReference(user: HeartbeatUser, texts: Map<string, string>): HeartbeatUser {
  const details = toReference(user.details);
  if (details === user.details) return user;
  texts.set(details!, user.details!);
  return { ...user, details };
}
