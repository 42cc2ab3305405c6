import type { Integration } from "../../integrations/store.ts";
import { formatInstant } from "../../lib/instant.ts";

/** Shows an integration. */
export const integrationBody = (integration: Integration) => ({
  id: integration.id,
  name: integration.name,
  active: integration.active,
  presence_timeout_minutes: integration.presenceTimeoutMinutes,
  key_prefix: integration.keyPrefix,
  last_used_at: integration.lastUsedAt === null ? null : formatInstant(integration.lastUsedAt),
  created_at: formatInstant(integration.createdAt),
});

/** Shows a new key, and until when the old ones work; null where they stopped at once. */
export const rotatedKeyBody = ({ key, oldKeyExpiresAt }: { key: string; oldKeyExpiresAt: number | null }) => ({
  key,
  old_key_expires_at: oldKeyExpiresAt === null ? null : formatInstant(oldKeyExpiresAt),
});
