import * as z from "zod";
import { timeZone } from "../http/schema.ts";
import { ianaTimeZone } from "./rails_time_zone.ts";

/** Status Hero, "Pagination": collections come in pages of 30. */
export const PAGE_SIZE = 30;

const message = "must be a whole number of 1 or more";

/** `?page=`, from 1. */
export const pageQuery = z.object({
  page: z.coerce.number(message).int(message).min(1, message).max(1_000_000, "must be at most 1000000").default(1),
});

/** A time zone by its Rails name, as Status Hero writes it, or by its IANA name, as Rollcall does; kept as IANA. */
export const zone = z.string("must be a string").trim().transform(ianaTimeZone).pipe(timeZone);
