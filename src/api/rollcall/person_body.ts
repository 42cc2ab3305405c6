import { formatInstant } from "../../lib/instant.ts";

type Person = {
  id: string;
  name: string;
  slug: string;
  email: string | null;
  timeZone: string | null;
  location: string | null;
  avatarUrl: string | null;
  administrator: boolean;
  role: "active" | "observer";
  manager: boolean;
  username: string;
  createdAt: number;
};

/** A person as the API shows them; the team's zone is theirs where they have none. */
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

type Identity = { id: string; identifier: string; createdAt: number };

/** An identity as the API shows it. */
export const identityBody = ({ id, identifier, createdAt }: Identity) => ({
  id,
  identifier,
  created_at: formatInstant(createdAt),
});

type Merge = { id: string; from: { id: string; name: string }; createdAt: number };

/** A standing merge as the API shows it. */
export const mergeBody = ({ id, from, createdAt }: Merge) => ({ id, from, created_at: formatInstant(createdAt) });
