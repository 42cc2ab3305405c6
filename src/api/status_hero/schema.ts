import * as z from "zod";
import { numeral } from "../../lib/values.ts";

/** How many items a page of a list has (Status Hero, "Pagination"). */
export const PAGE_SIZE = 30;

/** The query of a list: `page` counts from 1. */
export const pageQuery = z.object({ page: numeral(1, 1_000_000).default(1) });
