import { SETUP_TOKEN } from "../routes/request.ts";
import { read } from "../support/checkins.ts";
import { call, type Team } from "../support/team.ts";

/** The headers of the operator. */
export const asOperator = { Authorization: `Bearer ${SETUP_TOKEN}` };

/** A team as the administrators of its account see it; `key` is shown for a new one. */
export type AccountTeam = {
  id: string;
  name: string;
  slug: string;
  time_zone: string;
  archived_at: string | null;
  created_at: string;
  key: string;
};

/** Lists teams. */
export const list = (accountId: string, query = "") =>
  read<{ data: AccountTeam[]; next_cursor: string | null }>(
    call(`/api/v1/teams?account_id=${accountId}&${query}`, { headers: asOperator }),
  );

/** Asks for a new team. */
export const post = (accountId: string, body: object, headers: Record<string, string> = asOperator) =>
  call("/api/v1/teams", { headers, body: { account_id: accountId, ...body } });

/** Asks for a change of a team. */
export const patch = (
  accountId: string,
  id: string,
  body: object,
  headers: Record<string, string> = asOperator,
): Promise<Response> =>
  call(`/api/v1/teams/${id}`, { method: "PATCH", headers, body: { account_id: accountId, ...body } });

/** Archives a team, or brings it back. */
export const archive = (team: Team, archived = true) =>
  read<AccountTeam>(patch(team.accountId, team.teamId, { archived }));

/** A team of the account made through the API, with an integration of its own. */
export async function createTeam(accountId: string, body: object = {}): Promise<Team> {
  const { id: teamId, key: teamKey } = await read<AccountTeam>(post(accountId, { name: "Second", ...body }), 201);
  const asTeam = { "X-TEAM-ID": teamId, "X-API-KEY": teamKey };
  const made = await read<{ id: string; key: string }>(
    call("/api/v1/integrations", { headers: asTeam, body: { name: "Chat" } }),
    201,
  );
  const asIntegration = { Authorization: `Bearer ${made.key}` };
  return { accountId, teamId, teamKey, asTeam, asIntegration, integrationId: made.id, integrationKey: made.key };
}
