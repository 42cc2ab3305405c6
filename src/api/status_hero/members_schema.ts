import * as z from "zod";
import { email, namedTimeZone } from "../../lib/values.ts";
import { location, memberName, memberRole, username } from "../../members/value.ts";
import { pageQuery } from "./schema.ts";

/** The query of `GET /members`. */
export const membersQuery = pageQuery.extend({
  q: z.string("must be there once").trim().max(320, "must be at most 320 characters").default(""),
});

const fields = {
  name: memberName.optional(),
  first_name: memberName.optional(),
  last_name: memberName.optional(),
  role: memberRole.optional(),
  manager: z.boolean("must be true or false").optional(),
  username: username.optional(),
  location: location.nullable().optional(),
  time_zone: namedTimeZone.nullable().optional(),
};

type NameParts = { name?: string | undefined; first_name?: string | undefined; last_name?: string | undefined };

/** A name is given whole or in parts, and not both. */
const hasOneName = ({ name, first_name, last_name }: NameParts): boolean =>
  name === undefined || (first_name === undefined && last_name === undefined);
const TWO_NAMES = { path: ["name"], message: "must be left out where first_name or last_name is given" };

/** The body of `POST /members`. */
export const newMember = z
  .strictObject({ ...fields, email }, "must be an object")
  .refine(hasOneName, TWO_NAMES)
  .refine(({ name, first_name, last_name }) => (name ?? first_name ?? last_name) !== undefined, {
    path: ["name"],
    message: "is required, or first_name and last_name",
  })
  .refine(({ first_name, last_name }) => first_name === undefined || last_name !== undefined, {
    path: ["last_name"],
    message: "is required beside first_name",
  })
  .refine(({ first_name, last_name }) => last_name === undefined || first_name !== undefined, {
    path: ["first_name"],
    message: "is required beside last_name",
  });

/** The body of `PATCH /members/{id}`. What is left out stays; null clears a location, and sets the team's time zone. */
export const memberChange = z
  .strictObject({ ...fields, email: email.optional() }, "must be an object")
  .refine(hasOneName, TWO_NAMES)
  .refine((change) => Object.keys(change).length > 0, "Nothing to change: give a field of a member");
