import type { PersonName } from "./name.ts";

/** The columns of a person that check-ins, comments and members show (Status Hero, "Members"). */
export type User = PersonName & {
  id: string;
  /** The id that the person had in the service they were imported from. */
  formerId: string | null;
  email: string | null;
  /** Null: the team's time zone. */
  timeZone: string | null;
  administrator: boolean;
  slug: string;
  avatarUrl: string | null;
};
