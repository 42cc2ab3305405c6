import type { AdministratorContext } from "../auth/actor.ts";
import { type Cursor, cutPage } from "../lib/cursor.ts";
import { conflict, Failure, notFound } from "../lib/failure.ts";
import { newId, newTeamKey } from "../lib/id.ts";
import { closeSockets, wakeObject } from "../presence/stub.ts";
import * as store from "./team_store.ts";

/**
 * Lists a page of the account's teams, the newest first, archived ones too, and where the next page begins. Fails with
 * `not_found` for an unknown account.
 */
export async function listTeams(
  context: AdministratorContext,
  { limit, cursor }: { limit: number; cursor?: Cursor | undefined },
) {
  await requireAdministrator(context);
  const { db, administrator } = context;
  const rows = await store.listTeams(db, administrator, { limit: limit + 1, cursor });
  return cutPage(rows, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
}

/**
 * Creates a team of the account. Its key is in this result and nowhere else. Fails with `not_found` for an unknown account,
 * and with `conflict` where another team has the slug or the account has too many teams.
 */
export async function createTeam(
  context: AdministratorContext,
  settings: Omit<store.NewTeam, "id" | "key">,
): Promise<store.AccountTeam & { key: string }> {
  await requireAdministrator(context);
  const { db, administrator, now } = context;
  const key = newTeamKey();
  const created = await store.createTeam(db, administrator, { ...settings, id: newId(), key }, now);
  if (!("refused" in created)) return { ...created, key };
  throw conflict(
    created.refused === "slug" ? "slug: another team has it" : `An account has at most ${store.MAX_TEAMS} teams`,
  );
}

/**
 * Renames a team of the account, archives it, or brings it back. When this returns, the keys of an archived team are refused
 * and its live sockets are closed. Fails with `not_found` where the account has no such team. It may be repeated.
 */
export async function changeTeam(
  context: AdministratorContext,
  teamId: string,
  change: store.TeamChange,
): Promise<store.AccountTeam> {
  await requireAdministrator(context);
  const { db, objects, administrator, now } = context;
  // 1. From here on the guard refuses the team's keys.
  const changed = await store.changeTeam(db, administrator, teamId, change, now);
  if (!changed) throw notFound();
  if (change.archived) {
    // 2. The sockets that its keys have opened.
    await closeSockets(objects, teamId);
    // 3. Its open blocks end at their last heartbeat, and reach D1.
    await wakeObject(objects, { teamId, directoryVersion: changed.directoryVersion });
  }
  return changed.team;
}

/** Refuses a caller who does not administer the account. The operator administers each account that exists. */
async function requireAdministrator({ db, administrator }: AdministratorContext): Promise<void> {
  if (administrator.kind !== "operator") throw new Failure("not_allowed");
  if (!(await store.accountExists(db, administrator))) throw notFound("account_id");
}
