import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import type { Interval } from "../lib/interval.ts";
import type { Tenant } from "../people/store.ts";

/** A person on a team, and the days for which their events are counted. */
export type PersonDays = Tenant & { personId: string; days: Interval[] };

/** Events of one person on one day. `person` and `day` are positions in the lists that `countEvents` was given. */
export type EventCount = { person: number; day: number; total: number; completed: number };

/** Counts the events of many people, who may be on different teams, by day. A day without events has no row. */
export const countEvents = (db: Database, people: readonly PersonDays[]): Promise<EventCount[]> => {
  // A day is sent as two numbers and not as an object, so that thousands of people fit into one parameter.
  const rows = people.map((person) => ({ ...person, days: person.days.map(({ start, end }) => [start, end]) }));
  // CROSS JOIN keeps SQLite to the order written: people, their days, then their events of that day by the index.
  return db.all<EventCount>(sql`
    SELECT person.key AS person, day.key AS day, count(*) AS total, sum(event.completed) AS completed
    FROM json_each(${JSON.stringify(rows)}) AS person
    CROSS JOIN json_each(person.value, '$.days') AS day
    CROSS JOIN identities AS identity ON identity.account_id = (person.value ->> 'accountId')
      AND identity.person_id = (person.value ->> 'personId')
    CROSS JOIN events AS event INDEXED BY events_by_identity ON event.team_id = (person.value ->> 'teamId')
      AND event.identity_id = identity.id
      AND event.occurred_at >= (day.value ->> 0) AND event.occurred_at < (day.value ->> 1)
    GROUP BY person.key, day.key`);
};
