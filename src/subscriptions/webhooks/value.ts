import * as z from "zod";
import { readWebhookUrl } from "./url.ts";

/**
 * The URL of a webhook; null removes the webhook, and undefined leaves it as it is. Whether a URL on localhost is allowed
 * depends on the deployment: see `requireWebhookTarget`.
 */
export const webhookUrl = z
  .string("must be a string")
  .trim()
  .transform((text, ctx): string => {
    const { url, problem } = readWebhookUrl(text, { allowsLocalhost: true });
    if (url !== undefined) return url;
    ctx.addIssue({ code: "custom", message: problem });
    return z.NEVER;
  })
  .nullish();
