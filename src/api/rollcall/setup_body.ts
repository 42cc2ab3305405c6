import type { createAccount } from "../../accounts/service.ts";

/** Shows a new account, with its keys. */
export const accountBody = ({ account, team, owner, integration }: Awaited<ReturnType<typeof createAccount>>) => ({
  account,
  team: { id: team.id, name: team.name, slug: team.slug, time_zone: team.timeZone, key: team.key },
  owner: { person_id: owner.id, name: owner.name, email: owner.email },
  integration: {
    id: integration.id,
    name: integration.name,
    presence_timeout_minutes: integration.presenceTimeoutMinutes,
    key: integration.key,
  },
});
