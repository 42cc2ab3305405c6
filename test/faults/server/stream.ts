import { formatInstant } from "../../../src/lib/instant.ts";
import { beat, type EndedBlock, expire, openBlock, type Stream } from "../../../src/presence/blocks/block.ts";

/** A source of an integration. It reports from `start`, UTC ms, on; `steps`: the possible minutes between two reports. */
export type Source = { id: string; key: string; timeoutMs: number; source: string; start: number; steps: number[] };

/** A request. `holds`: what its answer must say in `processed`. */
export type Batch<B = unknown> = { path: string; key: string; body: B; holds: Record<string, unknown> };

type User = { personIdentifier: string; status: string; details?: { n: number } };
export type PresenceBatch = Batch<{ timestamp: string; source: string; users: User[] }>;

type Event = { externalId: string; personIdentifier: string; timestamp: string; title: string; details: { n: number } };
export type EventBatch = Batch<{ events: (Event & { kind: string; scope: string })[] }>;

const PEOPLE = Array.from({ length: 12 }, (_, n) => (n % 3 === 0 ? `person${n}@x.test` : `person.${n}`));
const STATUSES = ["online", " ONLINE", "coding", "meeting", "away", "lunch", "offline", "offline"];
const EVENTS = 10;

/** Makes a generator of random numbers from 0 to 1; the same seed gives the same numbers (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const oneOf = <T>(list: readonly T[], chance: () => number): T => list[Math.floor(chance() * list.length)]!;

/**
 * Plans the updates of a source, in strictly increasing times. Each names most people, most with the status they had, some
 * of them twice.
 */
export function planPresence(source: Source, count: number, chance: () => number): PresenceBatch[] {
  const statuses = new Map<string, string>();
  const report = (personIdentifier: string, n: number): User => {
    const status = chance() < 0.6 ? (statuses.get(personIdentifier) ?? "online") : oneOf(STATUSES, chance);
    statuses.set(personIdentifier, status);
    return { personIdentifier, status, ...(chance() < 0.2 && { details: { n } }) };
  };
  let at = source.start;
  return Array.from({ length: count }, (_, n) => {
    at += Math.round(oneOf(source.steps, chance) * 60_000);
    const named = PEOPLE.filter(() => chance() < 0.8);
    const twice = named.filter(() => chance() < 0.15);
    const users = [...named, ...twice].map((person) => report(person, n));
    const body = { timestamp: formatInstant(at), source: source.source, users };
    return { path: "/presence", key: source.key, body, holds: { users: users.length } };
  });
}

/** Plans the event batches of a tool. Some events are sent again, with or without a change. */
export function planEvents(tool: string, key: string, count: number, now: number, chance: () => number): EventBatch[] {
  const sent: EventBatch["body"]["events"] = [];
  return Array.from({ length: count }, (_, batch) => {
    const events = Array.from({ length: EVENTS }, (_, n) => {
      const former = chance() < 0.2 ? oneOf([undefined, ...sent], chance) : undefined;
      if (former) return chance() < 0.5 ? former : { ...former, title: `Sent again in ${batch}`, details: { n } };
      const timestamp = formatInstant(now - Math.floor(chance() * 90 * 86_400_000));
      const of = { personIdentifier: oneOf(PEOPLE, chance), timestamp, kind: oneOf(["commit", "review"], chance) };
      return { externalId: `${tool}-${batch}-${n}`, ...of, title: `Event ${n}`, scope: tool, details: { n } };
    });
    sent.push(...events);
    return { path: "/events", key, body: { events }, holds: { total: EVENTS, errors: 0 } };
  });
}

type Block = Omit<EndedBlock, "endedAt"> & { endedAt: number | null };

/** Computes the blocks of each source with block.ts, each report once, as GET /blocks shows them. */
export function expectedBlocks(plans: { source: Source; batches: PresenceBatch[] }[], now: number) {
  return plans.flatMap(({ source, batches }) => {
    const body = (identifier: string, block: Block) => ({
      ...{ identifier, integration_id: source.id, source: source.source, status: block.status },
      started_at: formatInstant(block.startedAt),
      ended_at: block.endedAt === null ? null : formatInstant(block.endedAt),
      last_seen_at: formatInstant(block.lastSeenAt),
      details: block.details === null ? null : JSON.parse(block.details),
    });
    return PEOPLE.flatMap((person) => blocksOf(person, source, batches, now).map((block) => body(person, block)));
  });
}

function blocksOf(person: string, { timeoutMs }: Source, batches: PresenceBatch[], now: number): Block[] {
  const blocks: Block[] = [];
  let stream: Stream | null = null;
  for (const { body } of batches) {
    // The last entry of a person counts.
    const last = body.users.findLast(({ personIdentifier }) => personIdentifier === person);
    if (!last) continue;
    const details = last.details ? JSON.stringify(last.details) : null;
    const next = { at: Date.parse(body.timestamp), status: last.status, details };
    const outcome = beat(stream, next, timeoutMs, () => "");
    if (outcome.ended) blocks.push(outcome.ended);
    stream = outcome.stream;
  }
  const timedOut = stream && expire(stream, timeoutMs, now);
  if (timedOut) return [...blocks, timedOut.ended];
  const open = stream && openBlock(stream);
  return open ? [...blocks, { ...open, lastSeenAt: stream!.lastAt, endedAt: null }] : blocks;
}

/** Computes the events that must be stored, each once in its last version, as GET /events shows them. */
export function expectedEvents(plans: { integrationId: string; batches: EventBatch[] }[]) {
  return plans.flatMap(({ integrationId, batches }) => {
    const events = batches.flatMap(({ body }) => body.events);
    return [...new Map(events.map((event) => [event.externalId, event])).values()].map((event) => ({
      ...{ external_id: event.externalId, identifier: event.personIdentifier, integration_id: integrationId },
      ...{ kind: event.kind, title: event.title, scope: event.scope, details: event.details },
      occurred_at: event.timestamp,
    }));
  });
}
