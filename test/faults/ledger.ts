import { runInDurableObject } from "cloudflare:test";
import { expectedBlocks } from "../support/expected_blocks.ts";
import { iso, MINUTE, objectOf, stored, usersWith } from "../support/presence.ts";
import { call, type Team } from "../support/team.ts";

type Options = { at?: number; source?: string; timezone?: string | undefined };
type Row = Awaited<ReturnType<typeof blocksInD1>>[number];

/** Records the heartbeats of a team that were accepted, and computes the blocks that D1 must have in the end. */
export class Ledger {
  readonly #team: Team;
  readonly #timeoutMs: number;
  readonly #streams = new Map<string, { at: number; status: string }[]>();

  constructor(team: Team, timeoutMinutes = 10) {
    this.#team = team;
    this.#timeoutMs = timeoutMinutes * MINUTE;
  }

  /**
   * Sends a heartbeat, and records it if it was accepted without a warning. `at`: UTC milliseconds. Returns the HTTP
   * status.
   */
  async send(
    statuses: Record<string, string>,
    { at = Date.now(), source = "test", timezone }: Options = {},
  ): Promise<number> {
    const users = usersWith(statuses).map((user) => ({ ...user, timezone }));
    const body = { timestamp: iso(at), source, users };
    const response = await call("/api/v1/presence", { headers: this.#team.asIntegration, body });
    const answer: object = await response.json();
    if (response.status === 200 && !("warnings" in answer)) this.record(statuses, { at, source });
    return response.status;
  }

  /** Records an accepted heartbeat. The calls must be in the order in which the heartbeats arrived. */
  record(statuses: Record<string, string>, { at, source }: { at: number; source: string }): void {
    for (const [who, status] of Object.entries(statuses)) {
      const key = JSON.stringify([who, source]);
      this.#streams.set(key, [...(this.#streams.get(key) ?? []), { at, status }]);
    }
  }

  /** Returns the blocks that D1 must have when all of them have ended. */
  expectedBlocks(): Row[] {
    const rows = [...this.#streams].flatMap(([key, beats]) => {
      const [identifier, source] = JSON.parse(key) as [string, string];
      return expectedBlocks(beats, this.#timeoutMs).map(({ status, startedAt, lastSeenAt, endedAt }) => ({
        ...{ identifier, source, status, details: null },
        ...{ started_at: startedAt, last_seen_at: lastSeenAt, ended_at: endedAt },
      }));
    });
    return sorted(rows);
  }
}

/** Returns the team's blocks in D1 without their ids. */
export const blocksInD1 = async (team: Team) => sorted((await stored(team)).map(({ id, ...block }) => block));

/** Returns what identifies each block, without its end. */
export const blockStarts = (rows: Row[]): string[] =>
  rows.map(({ identifier, source, status, started_at }) => JSON.stringify([started_at, identifier, source, status]));

function sorted<R extends { started_at: number; identifier: string; source: string; status: string }>(rows: R[]): R[] {
  const place = ({ started_at, identifier, source, status }: R) =>
    JSON.stringify([started_at, identifier, source, status]);
  return rows.sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

/** Counts the blocks and directory entries that the team's object must still send to D1. */
export const countUnsent = (team: Team): Promise<number> =>
  runInDurableObject(objectOf(team), (_, { storage }) => {
    const count = (query: string) => storage.sql.exec<{ n: number }>(query).one().n;
    return (
      count("SELECT count(*) AS n FROM outbox") +
      count("SELECT count(*) AS n FROM directory WHERE json_extract(value, '$.pending')")
    );
  });
