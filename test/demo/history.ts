import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { previousDayLabel, questionsFor } from "../../src/checkins/reports/questions.ts";
import { hashtags } from "../../src/checkins/statuses/hashtags.ts";
import {
  checkins,
  checkinTags,
  comments,
  events,
  reactions,
  reports,
  subscriptions,
} from "../../src/db/schema/index.ts";
import { identityId } from "../../src/lib/id.ts";
import { slugify } from "../../src/lib/text.ts";
import { ACCOUNT, TEAM } from "./account.ts";
import { type DemoCheckin, type DemoReport, REPORTS } from "./check_ins.ts";
import { type DemoPerson, PEOPLE } from "./people.ts";
import { COMMENTS, type DemoEvent, type DemoRemark, EVENTS, REACTIONS } from "./remarks.ts";

/**
 * Returns the rows of the demo's history: reports, check-ins with their tags, comments, reactions, events, and the
 * subscription that Stats Notifier's contract prints.
 */
export const historyRows = async () => [
  ...(await Promise.all(REPORTS.map(report))).flat(),
  ...COMMENTS.map((comment) => row(comments, remark(comment))),
  ...REACTIONS.map((reaction) => row(reactions, remark(reaction))),
  ...(await Promise.all(EVENTS.map(event))),
  row(subscriptions, SUBSCRIPTION),
];

const SUBSCRIBED_AT = Date.parse("2026-03-26T09:45:00Z");

/** The subscription has no numbers. The first read or refresh computes them. */
const SUBSCRIPTION = {
  ...{ id: "notif_001", teamId: TEAM.id, personId: "usr_4f8a2c", timeWindow: "quarterly", status: "active" as const },
  ...{ totalActivities: 0, completedActivities: 0, workMs: 0, startDate: "", endDate: "", timeZone: "", endsAt: 0 },
  ...{ lastRefreshedAt: SUBSCRIBED_AT, createdAt: SUBSCRIBED_AT, updatedAt: SUBSCRIBED_AT },
};

const row = <T extends SQLiteTable>(table: T, values: T["$inferInsert"]) => ({ table, values });

async function report({ id, date, previousDate, updatedAt, checkins: answered }: DemoReport) {
  const at = Date.parse(updatedAt);
  const questions = questionsFor(previousDayLabel(date, previousDate), {});
  const expected = PEOPLE.filter(({ role }) => role === "active").map(async (person) => {
    const own = { teamId: TEAM.id, reportId: id, personId: person.id, date, slug: `${date}-${slugify(person.name)}` };
    const answers = answered.find(({ of }) => of === person.name);
    if (answers) return completed(own, answers);
    return [row(checkins, { ...own, id: await pendingId(own.slug), createdAt: at, updatedAt: at })];
  });
  return [
    row(reports, { id, teamId: TEAM.id, date, previousDate, questions, createdAt: at, updatedAt: at }),
    ...(await Promise.all(expected)).flat(),
  ];
}

type Own = Pick<typeof checkins.$inferInsert, "teamId" | "reportId" | "personId" | "date" | "slug">;

function completed(own: Own, { id, next, blockers, previous, met, completedAt }: DemoCheckin) {
  const at = Date.parse(completedAt);
  const times = { completedAt: at, createdAt: at, updatedAt: at };
  return [
    row(checkins, { ...own, ...times, id, next, blockers, previous, previousCompleted: met }),
    ...hashtags([next, blockers, previous]).map((tag) =>
      row(checkinTags, { teamId: own.teamId, tag, completedAt: at, checkinId: id }),
    ),
  ];
}

/** Derives the id of a pending check-in from its slug. No document prints it, and it must be the same in each run. */
const pendingId = (slug: string) => identityId(TEAM.id, slug);

const remark = ({ id, checkinId, of, body, createdAt }: DemoRemark) => ({
  ...{ id, teamId: TEAM.id, checkinId, personId: called(of).id, body },
  createdAt: Date.parse(createdAt),
});

async function event({ of, occurredAt, ...columns }: DemoEvent) {
  const at = Date.parse(occurredAt);
  return row(events, {
    ...{ ...columns, teamId: TEAM.id, externalId: `activity-${columns.id}` },
    identityId: await identityId(ACCOUNT.id, called(of).identifiers[0]!),
    ...{ occurredAt: at, createdAt: at, updatedAt: at },
  });
}

function called(name: string): DemoPerson {
  const person = PEOPLE.find((one) => one.name === name);
  if (!person) throw new Error(`the demo has no ${name}`);
  return person;
}
