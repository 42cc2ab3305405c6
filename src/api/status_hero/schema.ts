import * as z from "zod";
import { numeral } from "../../lib/values.ts";

/** Status Hero, "Pagination": collections come in pages of 30. */
export const PAGE_SIZE = 30;

/** `?page=`, from 1. */
export const pageQuery = z.object({ page: numeral(1, 1_000_000).default(1) });
