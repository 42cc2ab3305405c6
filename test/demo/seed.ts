import { eq } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { database } from "../../src/db/client.ts";
import {
  accounts,
  apiKeys,
  identities,
  integrations,
  members,
  people,
  reports,
  teams,
} from "../../src/db/schema/index.ts";
import { identityId, keyPrefix, sha256 } from "../../src/lib/id.ts";
import { slugify } from "../../src/lib/text.ts";
import { ACCOUNT, INACTIVE, INTEGRATION, NOT_ONBOARDED, TEAM } from "./account.ts";
import { REPORTS } from "./check_ins.ts";
import { historyRows } from "./history.ts";
import { type DemoPerson, PEOPLE } from "./people.ts";

/**
 * Inserts the demo data into a migrated local database in one transaction. Existing rows do not change, so it can run
 * before every start. `now` is UTC milliseconds.
 */
export async function seedDemo(d1: D1Database, now: number): Promise<void> {
  const db = database(d1);
  const made = (await accountRows(now)).map(({ table, values }) => ({ table, values: { ...values, createdAt: now } }));
  // Existing history is not inserted again: an edited check-in would get its former tags back.
  const hasHistory = (await db.$count(reports, eq(reports.id, REPORTS[0]!.id))) > 0;
  const rows = [...made, ...(hasHistory ? [] : await historyRows())];
  const [first, ...rest] = rows.map(({ table, values }) => db.insert(table).values(values).onConflictDoNothing());
  await db.batch([first!, ...rest]);
}

const accountRows = async (now: number) => [
  account(ACCOUNT, now),
  account(NOT_ONBOARDED.account, null),
  team(TEAM, ACCOUNT.id),
  team(NOT_ONBOARDED.team, NOT_ONBOARDED.account.id),
  await key(TEAM.key, TEAM.id, null),
  ...(await integration(INTEGRATION, TEAM.id, true)),
  ...(await integration(INACTIVE, TEAM.id, false)),
  ...(await integration(NOT_ONBOARDED.integration, NOT_ONBOARDED.team.id, true)),
  ...(await Promise.all(PEOPLE.map(person))).flat(),
];

/** Builds a row without its creation time. */
const row = <T extends SQLiteTable>(table: T, values: Omit<T["$inferInsert"], "createdAt">) => ({ table, values });

const account = (of: { id: string; name: string }, onboardedAt: number | null) => row(accounts, { ...of, onboardedAt });

const team = ({ id, slug, name, timeZone }: Omit<typeof TEAM, "key">, accountId: string) =>
  row(teams, { id, accountId, slug, name, timeZone });

const key = async (text: string, teamId: string, integrationId: string | null) =>
  row(apiKeys, { digest: await sha256(text), prefix: keyPrefix(text), teamId, integrationId });

const integration = async (of: typeof INTEGRATION, teamId: string, active: boolean) => [
  row(integrations, { id: of.id, teamId, name: of.name, active }),
  await key(of.key, teamId, of.id),
];

async function person(of: DemoPerson) {
  const { memberId, identifiers, role, manager, ...columns } = of;
  const username = of.name.replaceAll(" ", "");
  return [
    row(people, { ...columns, accountId: ACCOUNT.id, slug: slugify(of.name) }),
    ...(await Promise.all(identifiers.map((identifier) => identity(identifier, of.id)))),
    row(members, { id: memberId, teamId: TEAM.id, personId: of.id, role, manager, username }),
  ];
}

const identity = async (identifier: string, personId: string) =>
  row(identities, { id: await identityId(ACCOUNT.id, identifier), accountId: ACCOUNT.id, identifier, personId });
