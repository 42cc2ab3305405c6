import * as z from "zod";
import { readWebhookUrl } from "../../subscriptions/webhooks/url.ts";

/** `webhook_url` of a body: null takes the webhook away, and where it is left out nothing changes. */
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
