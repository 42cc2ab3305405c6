import * as z from "zod";
import { PRESENCE_TIMEOUT_MINUTES } from "../../integrations/timeout.ts";
import { text, wholeNumber } from "../../lib/values.ts";

const name = text(100);
const active = z.boolean("must be true or false");
const presenceTimeout = wholeNumber(PRESENCE_TIMEOUT_MINUTES.min, PRESENCE_TIMEOUT_MINUTES.max);

/** The body of `POST /integrations`. */
export const newIntegration = z.strictObject(
  {
    name,
    active: active.default(true),
    presence_timeout_minutes: presenceTimeout.default(PRESENCE_TIMEOUT_MINUTES.default),
  },
  "must be an object",
);

/** The body of `PATCH /integrations/{id}`: what is left out stays as it is. */
export const integrationChange = z
  .strictObject(
    { name: name.optional(), active: active.optional(), presence_timeout_minutes: presenceTimeout.optional() },
    "must be an object",
  )
  .refine(
    (change) => Object.keys(change).length > 0,
    "Nothing to change: give name, active or presence_timeout_minutes",
  );
