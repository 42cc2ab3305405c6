import * as z from "zod";
import { readWebhookUrl } from "./url.ts";

/** The URL of a webhook; null removes the webhook, and undefined leaves it as it is. */
export const webhookUrl = z
  .string("must be a string")
  .trim()
  .transform((text, ctx): string => {
    const { url, problem } = readWebhookUrl(text);
    if (url !== undefined) return url;
    ctx.addIssue({ code: "custom", message: problem });
    return z.NEVER;
  })
  .nullish();
