import type { Ask } from "./load.ts";
import type { BenchTeam } from "./team.ts";

/** Builds a heartbeat of all people of a team. `otherwise` has the statuses of those who are not online. */
export function beat(team: BenchTeam, url: string, at: number, otherwise: Record<string, string> = {}): Ask {
  const users = team.people.map(({ identifier }) => ({
    ...{ personIdentifier: identifier, name: `Person ${identifier}`, email: `${identifier}@bench.example` },
    ...{ status: otherwise[identifier] ?? "online", timezone: "Europe/Berlin" },
  }));
  const body = JSON.stringify({ timestamp: new Date(at).toISOString(), source: "bench", users });
  return { url, headers: team.asIntegration, body };
}

/** Makes a clock that returns the current time, but always at least a millisecond later than the time before. */
export function clock(): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now());
    return last;
  };
}
