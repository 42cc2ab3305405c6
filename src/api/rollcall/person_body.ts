import { formatInstant } from "../../lib/instant.ts";
import type { Merge } from "../../people/merges/merge_store.ts";
import type { Identity, Person } from "../../people/person_store.ts";
import type { PersonDetails } from "../../people/service.ts";

/** Shows a person of a team; `teamTimeZone` is that of a person without one. */
export const personBody = (person: Person, teamTimeZone: string) => ({
  id: person.id,
  name: person.name,
  slug: person.slug,
  email: person.email,
  time_zone: person.timeZone ?? teamTimeZone,
  location: person.location,
  avatar_url: person.avatarUrl,
  administrator: person.administrator,
  role: person.role,
  manager: person.manager,
  username: person.username,
  created_at: formatInstant(person.createdAt),
});

/** Shows a person with their identities and the people merged into them. */
export const personDetailsBody = (person: PersonDetails, teamTimeZone: string) => ({
  ...personBody(person, teamTimeZone),
  identities: person.identities.map(identityBody),
  merges: person.merges.map(mergeBody),
});

const identityBody = ({ id, identifier, createdAt }: Identity) => ({
  id,
  identifier,
  created_at: formatInstant(createdAt),
});

const mergeBody = ({ id, from, createdAt }: Merge) => ({ id, from, created_at: formatInstant(createdAt) });
