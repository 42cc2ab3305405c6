import * as z from "zod";
import { email, namedTimeZone, text } from "../../lib/values.ts";
import { pageQuery } from "./schema.ts";

/** GET /members */
export const membersQuery = pageQuery.extend({
  q: z.string("must be there once").trim().max(320, "must be at most 320 characters").default(""),
});

/** Words are one space apart, so that the parts of a name can be told again. */
const name = text(200).transform((value) => value.replace(/\s+/g, " "));

/** No e-mail address, and nothing else that would end a mention. */
const username = text(64).regex(/^[\p{L}\p{N}._-]+$/u, "must be of letters, digits, dots, hyphens and underscores");

const fields = {
  name: name.optional(),
  first_name: name.optional(),
  last_name: name.optional(),
  role: z.enum(["active", "observer"], "must be active or observer").optional(),
  manager: z.boolean("must be true or false").optional(),
  username: username.optional(),
  location: text(100).nullable().optional(),
  time_zone: namedTimeZone.nullable().optional(),
};

type Parts = { name?: string | undefined; first_name?: string | undefined; last_name?: string | undefined };

const isSaidOnce = (said: Parts): boolean =>
  said.name === undefined || (said.first_name === undefined && said.last_name === undefined);
const TWICE = { path: ["name"], message: "must be left out where first_name or last_name is given" };

/** The body of `POST /members`. */
export const newMember = z
  .strictObject({ ...fields, email }, "must be an object")
  .refine(isSaidOnce, TWICE)
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

/** The body of `PATCH /members/{id}`: what is left out stays as it is; null clears a location, and a zone to the team's. */
export const memberChange = z
  .strictObject({ ...fields, email: email.optional() }, "must be an object")
  .refine(isSaidOnce, TWICE)
  .refine((said) => Object.keys(said).length > 0, "Nothing to change: give a field of a member");
