import { expect, test } from "vitest";
import { call, mintTeam } from "../support/team.ts";
test("huge", async () => {
  const team = await mintTeam();
  const mk = (i: number, id: string, more = {}) => ({ kind: "commit", externalId: `${i}`, personIdentifier: id, timestamp: "2024-01-15T14:25:00Z", title: "Fix user authentication bug", scope: "backend/auth","url": "https://github.com/company/repo/commit/abc123", details: {
"repository": "company/main-app",
"branch": "feature/auth-fix",
"filesChanged": 3,
"linesAdded": 45,
"linesRemoved": 12
}, ...more });
  const post = async (events: any[]) => {
    const text = JSON.stringify({ events });
    const t = performance.now();
    const r = await call("/api/v1/events", { headers: team.asIntegration, body: text });
    const out = await r.text();
    console.log(r.status, performance.now() - t, out.slice(0, 300));
  };
  for (let k = 0; k < 5; k++) {
    const b = Array.from({ length: 1000 }, (_, i) => mk(i + k * 1000, `p${i % 10}`));
    await post(b); await post(b);
    await post(b.map((e) => ({ ...e, details: Object.fromEntries(Object.entries(e.details).reverse()) })));
    await post(b.map((e) => ({ ...e, details: {...e.details, linesRemoved: 13} })));
    await post(b.map((e) => ({ ...e, details: null })));
  }
});
