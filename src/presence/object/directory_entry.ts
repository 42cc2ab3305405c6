import type { HeartbeatUser } from "../heartbeat/heartbeat.ts";
import type { TeamPerson } from "./roster.ts";

/** The most zones that an entry keeps: a source whose zone is dropped causes one more write when it reports again. */
const MAX_ZONES = 20;

/** An identity as the object knows it. */
export type DirectoryEntry = {
  identityId: string;
  identifier: string;
  name: string | null;
  email: string | null;
  /** A time zone that D1 has not been sent yet; null where there is none. */
  timeZone: string | null;
  /**
   * The time zone that each of the last sources reported, by `sourceKey`. Only a zone that is new for its source is sent to D1:
   * otherwise two sources that disagree would cause a write at every heartbeat.
   */
  zones: Record<string, string>;
  /** The ids of the person and the member that are made in D1 if the identity is new there. Fixed, so that a retry makes no second person. */
  newPersonId: string;
  newMemberId: string;
  /** The integration that named the identity first; entries stored by earlier versions have none. */
  integrationId?: string;
  /** Whether D1 has yet to be sent this entry, or its latest name, e-mail or zone. */
  pending: boolean;
  /** Whether D1 has had the identity. If so and D1 no longer has it, it was erased, and must not be made again. */
  linked: boolean;
  /** The person behind the identity as of the last read; null while unknown, and where the person is not on the team. */
  person: TeamPerson | null;
};

/**
 * Updates an entry with what a source reports. The first name and the first e-mail stay, as in D1; a time zone replaces
 * the one before. Returns the same object where nothing is new, and otherwise a copy that is pending.
 */
export function updateEntry(
  entry: DirectoryEntry,
  { name, email, timeZone }: Pick<HeartbeatUser, "name" | "email" | "timeZone">,
  key: string,
): DirectoryEntry {
  const hasName = entry.name !== null && entry.name !== entry.identifier;
  const isNewName = !hasName && name !== null && name !== entry.name;
  const isNewEmail = entry.email === null && email !== null;
  const isNewZone = timeZone !== null && timeZone !== entry.zones[key];
  if (!isNewName && !isNewEmail && !isNewZone) return entry;
  return {
    ...entry,
    name: isNewName ? name : entry.name,
    email: isNewEmail ? email : entry.email,
    ...(isNewZone && { timeZone, zones: withZone(entry.zones, key, timeZone) }),
    pending: true,
  };
}

/** Adds the zone of a source; keeps the MAX_ZONES that changed last. */
function withZone(zones: Record<string, string>, key: string, timeZone: string): Record<string, string> {
  const others = Object.entries(zones).filter(([other]) => other !== key);
  return Object.fromEntries([...others, [key, timeZone]].slice(-MAX_ZONES));
}
