import * as z from "zod";
import { pageByName, pageByTime } from "../../http/schema.ts";
import { DAY_MS } from "../../lib/duration.ts";
import { instant, numeral, text } from "../../lib/values.ts";

/** The query of `GET /blocks`. `from` and `to` make a half-open window; either may be left out. */
export const blocksQuery = pageByTime.extend({
  from: instant.optional(),
  to: instant.optional(),
  person: text(320).optional(),
  status: text(64).optional(),
  source: text(128).optional(),
});

const MAX_OVERLAP_DAYS = 31;

/** Each costs a query. */
const MAX_REFERENCES = 20;

/** References of people, separated by commas. */
const references = z
  .string("must be there once")
  .transform((value) => value.split(",").map((one) => one.trim()))
  .refine((list) => list.length <= MAX_REFERENCES, `must name at most ${MAX_REFERENCES} people`)
  .refine(
    (list) => list.every((one) => one !== "" && one.length <= 320),
    "must be names of 1 to 320 characters, separated by commas",
  );

/** The query of `GET /overlap`. */
export const overlapQuery = pageByTime
  .extend({ from: instant, to: instant, people: references.optional() })
  .refine(({ from, to }) => from < to, { path: ["to"], message: "must be after from" })
  .refine(({ from, to }) => to - from <= MAX_OVERLAP_DAYS * DAY_MS, {
    path: ["to"],
    message: `must be at most ${MAX_OVERLAP_DAYS} days after from`,
  });

/** The query of `GET /patterns`. */
export const patternsQuery = pageByName.extend({
  weeks: numeral(1, 26).default(4),
  person: text(320).optional(),
});
