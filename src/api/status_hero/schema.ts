import * as z from "zod";
import { numeral, timeZone } from "../../lib/values.ts";
import { ianaTimeZone } from "./rails_time_zone.ts";

/** Status Hero, "Pagination": collections come in pages of 30. */
export const PAGE_SIZE = 30;

/** `?page=`, from 1. */
export const pageQuery = z.object({ page: numeral(1, 1_000_000).default(1) });

/** A time zone by its Rails name, as Status Hero writes it, or by its IANA name, as Rollcall does; kept as IANA. */
export const zone = z.string("must be a string").trim().transform(ianaTimeZone).pipe(timeZone);
