import { runInDurableObject } from "cloudflare:test";
import { iso, MINUTE, objectOf, saying, stored } from "../presence/client.ts";
import { blocksOf } from "../presence/oracle.ts";
import { call, type Team } from "../support/team.ts";

type Said = { at?: number; source?: string; timezone?: string | undefined };
type Row = Awaited<ReturnType<typeof held>>[number];

/** What was acknowledged to a team's tools, and so what D1 must hold of it in the end. */
export class Ledger {
  readonly #team: Team;
  readonly #timeoutMs: number;
  readonly #streams = new Map<string, { at: number; status: string }[]>();

  constructor(team: Team, timeoutMinutes = 10) {
    this.#team = team;
    this.#timeoutMs = timeoutMinutes * MINUTE;
  }

  /** Sends an update of `at`, UTC milliseconds; what is taken in without a warning is noted. Gives the answer's status. */
  async tell(
    statuses: Record<string, string>,
    { at = Date.now(), source = "test", timezone }: Said = {},
  ): Promise<number> {
    const users = saying(statuses).map((user) => ({ ...user, timezone }));
    const body = { timestamp: iso(at), source, users };
    const response = await call("/api/v1/presence", { headers: this.#team.asIntegration, body });
    const answer: object = await response.json();
    if (response.status === 200 && !("warnings" in answer)) this.note(statuses, { at, source });
    return response.status;
  }

  /** Notes what was acknowledged of an update, in the order in which updates came in. */
  note(statuses: Record<string, string>, { at, source }: { at: number; source: string }): void {
    for (const [who, status] of Object.entries(statuses)) {
      const key = JSON.stringify([who, source]);
      this.#streams.set(key, [...(this.#streams.get(key) ?? []), { at, status }]);
    }
  }

  /** Every block there must be once everything is over. */
  foretold(): Row[] {
    const rows = [...this.#streams].flatMap(([key, beats]) => {
      const [identifier, source] = JSON.parse(key) as [string, string];
      return blocksOf(beats, this.#timeoutMs).map(({ status, startedAt, lastSeenAt, endedAt }) => ({
        ...{ identifier, source, status, details: null },
        ...{ started_at: startedAt, last_seen_at: lastSeenAt, ended_at: endedAt },
      }));
    });
    return inOrder(rows);
  }
}

/** The blocks in D1, without their ids. */
export const held = async (team: Team) => inOrder((await stored(team)).map(({ id, ...block }) => block));

/** Which blocks there are, whether or not they are over. */
export const opened = (rows: Row[]): string[] =>
  rows.map(({ identifier, source, status, started_at }) => JSON.stringify([started_at, identifier, source, status]));

function inOrder<R extends { started_at: number; identifier: string; source: string; status: string }>(rows: R[]): R[] {
  const place = ({ started_at, identifier, source, status }: R) =>
    JSON.stringify([started_at, identifier, source, status]);
  return rows.sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

/** How many blocks and people wait in the team's object to be told to D1. */
export const waiting = (team: Team): Promise<number> =>
  runInDurableObject(objectOf(team), (_, { storage }) => {
    const count = (query: string) => storage.sql.exec<{ n: number }>(query).one().n;
    return (
      count("SELECT count(*) AS n FROM outbox") +
      count("SELECT count(*) AS n FROM directory WHERE json_extract(value, '$.pending')")
    );
  });
