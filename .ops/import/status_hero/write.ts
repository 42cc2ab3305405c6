/**
 * The SQL that writes a team of Status Hero to a team of Rollcall. Every statement can be repeated: ids are those of Status
 * Hero, and rows that exist stay, except a pending check-in that is completed now. The trigger `events_stale_new` marks the
 * days of new events.
 */
import { updateExpectedCheckins } from "../../../src/checkins/reports/expected_store.ts";
import { LOOK_BACK_DAYS, previousWorkDay } from "../../../src/checkins/reports/work_day.ts";
import { hashtags, normalizeTag } from "../../../src/checkins/statuses/hashtags.ts";
import { retainedSince } from "../../../src/events/retention.ts";
import { monthDay, weekday } from "../../../src/lib/date_words.ts";
import { addDays, localDate } from "../../../src/lib/time_zone.ts";
import { bumpDirectoryVersion } from "../../../src/people/store.ts";
import type { Destination } from "../destination.ts";
import { inlined, literal, rowLiterals } from "../sql.ts";
import type { People, PersonRow } from "./people.ts";
import type { Team } from "./read.ts";
import type { Remark, Report, Status } from "./schema.ts";

/** The limits of the Events API. */
const MAX_KIND_LENGTH = 64;
const MAX_TITLE_LENGTH = 1_000;

/** Returns the statements of an import. `now` is UTC milliseconds. */
export function statementsOf(to: Destination, team: Team, { people, expected }: People, now: number): string[] {
  const personOf = (userId: string) => people.get(userId)!.personId;
  return [
    ...peopleStatements(to, [...people.values()], now),
    ...each(
      team.reports.map((report) => reportRow(report, to)),
      (rows) => reportStatements(to, rows, now),
    ),
    ...each(
      team.statuses.map((one) => checkinRow(one, people.get(one.user.id)!, team, localDate(now, to.timeZone), now)),
      (rows) => checkinStatements(to, rows, now),
    ),
    ...each(
      team.comments.map((one) => remarkRow(one, personOf)),
      (rows) => [remarkStatement(to, "comments", rows)],
    ),
    ...each(
      team.reactions.map((one) => remarkRow(one, personOf)),
      (rows) => [remarkStatement(to, "reactions", rows)],
    ),
    ...each(eventRows(to, team, people, now), (rows) => eventStatements(to, rows, now)),
    ...each(
      team.members.flatMap(({ user, absent_dates }) =>
        absent_dates.map((date) => ({ personId: personOf(user.id), date })),
      ),
      (rows) => [absenceStatement(to, rows)],
    ),
    // The report of today can be one of those read. It then lacks the members that only Rollcall has.
    ...expected.flatMap((personId) =>
      updateExpectedCheckins(to, personId, localDate(now, to.timeZone), now).map(inlined),
    ),
    inlined(bumpDirectoryVersion(to)),
  ];
}

const each = (rows: unknown[], statements: (rows: string) => string[]): string[] =>
  rowLiterals(rows).flatMap(statements);

function peopleStatements({ accountId, teamId }: Destination, people: PersonRow[], now: number): string[] {
  return each(people, (rows) => [
    `INSERT INTO people (id, account_id, name, last_name, slug, email, time_zone, location, avatar_url, administrator,
      former_id, created_at)
    SELECT row.value ->> 'personId', ${literal(accountId)}, row.value ->> 'name', row.value ->> 'lastName',
      row.value ->> 'slug', row.value ->> 'email', row.value ->> 'timeZone', row.value ->> 'location',
      row.value ->> 'avatarUrl', row.value ->> 'administrator', row.value ->> 'formerId', ${now}
    FROM json_each(${rows}) AS row WHERE row.value ->> 'isNew' ON CONFLICT DO NOTHING;`,
    // A person who exists keeps what is known, and gets what is not known.
    `UPDATE people SET former_id = coalesce(former_id, row.value ->> 'formerId'),
      time_zone = coalesce(time_zone, row.value ->> 'timeZone'), location = coalesce(location, row.value ->> 'location'),
      avatar_url = coalesce(avatar_url, row.value ->> 'avatarUrl')
    FROM json_each(${rows}) AS row WHERE people.id = (row.value ->> 'personId') AND NOT (row.value ->> 'isNew');`,
    // An observer that a tool reported gets their role at the first import. Later, the role here stays.
    `UPDATE members SET role = row.value ->> 'role', manager = max(manager, row.value ->> 'manager')
    FROM json_each(${rows}) AS row WHERE members.team_id = ${literal(teamId)} AND members.removed_at IS NULL
      AND members.person_id = (row.value ->> 'personId') AND members.role = 'observer'
      AND row.value ->> 'formerId' IS NOT NULL AND row.value ->> 'removedAt' IS NULL;`,
    `INSERT INTO identities (id, account_id, identifier, person_id, created_at)
    SELECT row.value ->> 'identityId', ${literal(accountId)}, row.value ->> 'identifier', row.value ->> 'personId', ${now}
    FROM json_each(${rows}) AS row WHERE true ON CONFLICT DO NOTHING;`,
    `INSERT INTO members (id, team_id, person_id, role, manager, username, created_at, removed_at)
    SELECT row.value ->> 'memberId', ${literal(teamId)}, row.value ->> 'personId', row.value ->> 'role',
      row.value ->> 'manager', row.value ->> 'username', ${now}, row.value ->> 'removedAt'
    FROM json_each(${rows}) AS row WHERE true ON CONFLICT DO NOTHING;`,
  ]);
}

const reportRow = (report: Report, to: Destination) => ({
  id: report.id,
  date: report.date,
  previousDate: previousDate(report, to),
  questions: JSON.stringify(report.questions),
  updatedAt: report.metrics.updated_at,
});

/** Finds the date of a label: "yesterday", "Friday" or "February 5". If it finds none, uses the work days of the team. */
function previousDate({ date, question_labels: { previous } }: Report, { workDays }: Destination): string {
  const days = Array.from({ length: LOOK_BACK_DAYS }, (_, index) => addDays(date, -index - 1));
  if (previous === "yesterday") return days[0]!;
  const found =
    days.slice(1, 6).find((day) => weekday(day) === previous) ??
    days.slice(6).find((day) => monthDay(day) === previous);
  return found ?? previousWorkDay(date, { workDays, absences: [] });
}

const reportStatements = ({ teamId }: Destination, rows: string, now: number): string[] => [
  `INSERT INTO reports (id, team_id, date, previous_date, questions, created_at, updated_at)
  SELECT row.value ->> 'id', ${literal(teamId)}, row.value ->> 'date', row.value ->> 'previousDate',
    row.value ->> 'questions', min(row.value ->> 'updatedAt', ${now}), min(row.value ->> 'updatedAt', ${now})
  FROM json_each(${rows}) AS row WHERE true
  ON CONFLICT (team_id, date) DO UPDATE SET updated_at = max(updated_at, excluded.updated_at);`,
];

function checkinRow(status: Status, { personId, slug }: PersonRow, { tagged }: Team, today: string, now: number) {
  const { next, blockers, previous, previous_completed: met } = status.answers;
  const date = status.report_date;
  const createdAt = status.created_at ?? status.completed_at ?? Math.min(Date.parse(`${date}T00:00:00Z`), now);
  const named = [...tagged].filter(([, ids]) => ids.includes(status.id)).map(([tag]) => normalizeTag(tag));
  return {
    ...{ id: status.id, personId, date, next, blockers, previous },
    // Another person here can have the slug, and needs it for a check-in of the same day.
    slug: date >= today && slug !== status.user.slug ? `${date}-${slug}` : status.slug,
    // The column is JSON, and keeps the value of Status Hero, such as "1".
    met: met === null || met === undefined ? null : JSON.stringify(met),
    completedAt: status.completed_at,
    createdAt,
    updatedAt: status.updated_at ?? createdAt,
    tags: status.completed_at === null ? [] : [...new Set([...hashtags([next, blockers, previous]), ...named])],
  };
}

function checkinStatements({ teamId }: Destination, rows: string, now: number): string[] {
  const team = literal(teamId);
  return [
    // A report that Rollcall made has its own pending check-ins. They are replaced, unless they have remarks.
    `DELETE FROM checkins WHERE team_id = ${team} AND completed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM comments WHERE checkin_id = checkins.id)
      AND NOT EXISTS (SELECT 1 FROM reactions WHERE checkin_id = checkins.id)
      AND EXISTS (SELECT 1 FROM json_each(${rows}) AS row WHERE checkins.person_id = (row.value ->> 'personId')
        AND checkins.date = (row.value ->> 'date') AND checkins.id <> (row.value ->> 'id'));`,
    `INSERT INTO checkins (id, team_id, report_id, person_id, date, slug, next, blockers, previous, previous_completed,
      completed_at, created_at, updated_at)
    SELECT row.value ->> 'id', ${team}, report.id, row.value ->> 'personId', report.date,
      iif(EXISTS (SELECT 1 FROM checkins WHERE team_id = ${team} AND slug = (row.value ->> 'slug')
        AND id <> (row.value ->> 'id')), (row.value ->> 'slug') || '-' || substr(row.value ->> 'id', 1, 6), row.value ->> 'slug'),
      row.value ->> 'next', row.value ->> 'blockers', row.value ->> 'previous', row.value ->> 'met',
      row.value ->> 'completedAt', row.value ->> 'createdAt', row.value ->> 'updatedAt'
    FROM json_each(${rows}) AS row JOIN reports AS report
      ON report.team_id = ${team} AND report.date = (row.value ->> 'date')
    WHERE true
    ON CONFLICT (id) DO UPDATE SET next = excluded.next, blockers = excluded.blockers, previous = excluded.previous,
      previous_completed = excluded.previous_completed, completed_at = excluded.completed_at, updated_at = ${now}
      WHERE checkins.team_id = excluded.team_id AND checkins.completed_at IS NULL AND excluded.completed_at IS NOT NULL
    ON CONFLICT DO NOTHING;`,
    // A check-in that was edited here keeps its tags.
    `INSERT INTO checkin_tags (team_id, tag, completed_at, checkin_id)
    SELECT checkin.team_id, tag.value, checkin.completed_at, checkin.id
    FROM json_each(${rows}) AS row JOIN checkins AS checkin ON checkin.id = (row.value ->> 'id')
      JOIN json_each(row.value, '$.tags') AS tag
    WHERE checkin.team_id = ${team} AND (checkin.completed_at, checkin.next, checkin.blockers, checkin.previous)
      IS (row.value ->> 'completedAt', row.value ->> 'next', row.value ->> 'blockers', row.value ->> 'previous')
    ON CONFLICT DO NOTHING;`,
  ];
}

const remarkRow = ({ id, status_id, user, body, created_at }: Remark, personOf: (userId: string) => string) => ({
  ...{ id, checkinId: status_id, personId: personOf(user.id), body: body.toWellFormed(), createdAt: created_at },
});

const remarkStatement = ({ teamId }: Destination, table: "comments" | "reactions", rows: string): string => `
  INSERT INTO ${table} (id, team_id, checkin_id, person_id, body, created_at)
  SELECT row.value ->> 'id', checkin.team_id, checkin.id, row.value ->> 'personId', row.value ->> 'body',
    row.value ->> 'createdAt'
  FROM json_each(${rows}) AS row JOIN checkins AS checkin ON checkin.id = (row.value ->> 'checkinId')
  WHERE checkin.team_id = ${literal(teamId)} ON CONFLICT DO NOTHING;`;

/** Leaves out events that the team has counted and removed, or would remove at once. */
const eventRows = (to: Destination, { activities }: Team, people: Map<string, PersonRow>, now: number) =>
  activities
    .filter(
      ({ activity }) =>
        activity.created_at >= Math.max(retainedSince(to.retentionDays, now) ?? 0, to.countedUntil ?? 0),
    )
    .map(({ activity: { id, kind, created_at, description, html_description }, status }) => ({
      ...{ id, externalId: `activity-${id}`, identityId: people.get(status.user.id)!.identityId },
      kind: kind.slice(0, MAX_KIND_LENGTH),
      title: (description.trim() || kind).slice(0, MAX_TITLE_LENGTH).toWellFormed(),
      html: html_description,
      occurredAt: created_at,
    }));

const eventStatements = ({ teamId }: Destination, rows: string, now: number): string[] => [
  `INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, html, occurred_at, created_at, updated_at)
  SELECT row.value ->> 'id', ${literal(teamId)}, row.value ->> 'externalId', row.value ->> 'identityId',
    row.value ->> 'kind', row.value ->> 'title', row.value ->> 'kind', row.value ->> 'html', row.value ->> 'occurredAt',
    ${now}, ${now}
  FROM json_each(${rows}) AS row WHERE true ON CONFLICT DO NOTHING;`,
  // Adds the number of rows that the statement before it wrote.
  `UPDATE teams SET events_accepted = events_accepted + changes() WHERE id = ${literal(teamId)} AND changes() > 0;`,
];

const absenceStatement = ({ teamId }: Destination, rows: string): string => `
  INSERT INTO member_absences (team_id, person_id, date)
  SELECT ${literal(teamId)}, row.value ->> 'personId', row.value ->> 'date'
  FROM json_each(${rows}) AS row WHERE true ON CONFLICT DO NOTHING;`;
