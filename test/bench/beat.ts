import type { Ask } from "./load.ts";
import type { BenchTeam } from "./team.ts";

/** A heartbeat that names everybody of a team; `otherwise` are those who are not online. */
export function beat(team: BenchTeam, url: string, at: number, otherwise: Record<string, string> = {}): Ask {
  const users = team.people.map(({ identifier }) => ({
    ...{ personIdentifier: identifier, name: `Person ${identifier}`, email: `${identifier}@bench.example` },
    ...{ status: otherwise[identifier] ?? "online", timezone: "Europe/Berlin" },
  }));
  const body = JSON.stringify({ timestamp: new Date(at).toISOString(), source: "bench", users });
  return { url, headers: team.asIntegration, body };
}

/** Gives times that are now, and yet each a millisecond later than the one before. */
export function clock(): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now());
    return last;
  };
}
