import * as z from "zod";
import { text, wholeNumber } from "../lib/values.ts";

/** What an integration is called. */
export const integrationName = text(100);

/** Whether an integration's keys are accepted. */
export const integrationActive = z.boolean("must be true or false");

/** The presence timeout of a new integration, in minutes. */
export const DEFAULT_TIMEOUT_MINUTES = 10;

/**
 * An integration's presence timeout, in minutes: the longest gap between two heartbeats that extends a block. Tools that
 * report only changes need hours (src/docs/how-time-counts.md).
 */
export const presenceTimeout = wholeNumber(1, 720);
