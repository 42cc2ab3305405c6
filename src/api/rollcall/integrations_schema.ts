import * as z from "zod";
import {
  DEFAULT_TIMEOUT_MINUTES,
  integrationActive,
  integrationName,
  presenceTimeout,
} from "../../integrations/value.ts";

/** The body of `POST /integrations`. */
export const newIntegration = z.strictObject(
  {
    name: integrationName,
    active: integrationActive.default(true),
    presence_timeout_minutes: presenceTimeout.default(DEFAULT_TIMEOUT_MINUTES),
  },
  "must be an object",
);

/** The body of `PATCH /integrations/{id}`: an absent field stays as it is. */
export const integrationChange = z
  .strictObject(
    {
      name: integrationName.optional(),
      active: integrationActive.optional(),
      presence_timeout_minutes: presenceTimeout.optional(),
    },
    "must be an object",
  )
  .refine(
    (change) => Object.keys(change).length > 0,
    "Nothing to change: give name, active or presence_timeout_minutes",
  );
