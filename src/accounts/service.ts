import type { SystemContext } from "../auth/actor.ts";
import { forEachConcurrently } from "../lib/concurrency.ts";
import { conflict, notFound } from "../lib/failure.ts";
import { newId, newIntegrationKey, newPersonId, newTeamKey } from "../lib/id.ts";
import { endKeysOfTeams } from "../presence/keys_service.ts";
import { eraseObject } from "../presence/stub.ts";
import { type AccountRows, countAccountRows, deleteAccount, listTeamIds, revokeAccount } from "./removal_store.ts";
import * as store from "./store.ts";

type New<T> = Omit<T, "id" | "key">;

/** What a new account is made of. Without a name, the account has that of its team. */
export type AccountSetup = {
  accountName?: string | undefined;
  team: New<store.NewAccount["team"]>;
  owner: New<store.NewAccount["owner"]>;
  integration: New<store.NewAccount["integration"]>;
};

/**
 * Creates an account, onboarded at once, with its first team, its owner, an integration and both keys. The keys are in this
 * result and nowhere else. Fails with `conflict` where another team has the slug, and where the account was set up before: an
 * account of that name with that owner.
 */
export async function createAccount({ db, now }: SystemContext, { accountName, ...setup }: AccountSetup) {
  const account = {
    account: { id: newId(), name: accountName ?? setup.team.name },
    team: { ...setup.team, id: newId(), key: newTeamKey() },
    owner: { ...setup.owner, id: newPersonId() },
    integration: { ...setup.integration, id: newId(), key: newIntegrationKey() },
  };
  const created = await store.createAccount(db, account, now);
  if ("slug" in created) return { ...account, team: { ...account.team, slug: created.slug } };
  throw conflict(
    created.taken === "slug"
      ? "team.slug: another team has it"
      : `The account ${account.account.name} of ${setup.owner.email} was set up before: POST /api/v1/teams adds a team to it`,
  );
}

/**
 * Removes an account with everything stored of it. Returns null when nothing is left, else the rows that are left: one call
 * deletes a limited number, and the next one continues. Fails with `not_found` and `unavailable`.
 */
export async function removeAccount({ db, objects }: SystemContext, accountId: string): Promise<AccountRows | null> {
  const teamIds = await listTeamIds(db, { accountId });
  if (!teamIds) throw notFound();
  // 1. The keys, first in the objects, which close their sockets, then in D1: from here on no new request is accepted.
  await endKeysOfTeams({ objects }, teamIds, () => revokeAccount(db, { accountId }));
  // 2. The objects, before the rows: an object would still write its blocks to D1.
  await forEachConcurrently(teamIds, (teamId) => eraseObject(objects, teamId));
  // 3. The rows, and the account last: until then, the same call can be repeated.
  if (await deleteAccount(db, { accountId })) return null;
  return countAccountRows(db, { accountId });
}
