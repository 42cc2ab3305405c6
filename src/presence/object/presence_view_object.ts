import type { Directory } from "./directory_object.ts";
import { entryPresence, type PersonPresence, type TeamState, teamPresence } from "./person_presence.ts";
import { comparePeople, type PersonPosition } from "./roster.ts";
import type { Streams } from "./streams_object.ts";
import type { TeamRecord } from "./team_record.ts";

/** Everyone's presence, computed from the directory and the streams when it is asked for. */
export class PresenceView {
  readonly #directory: Directory;
  readonly #streams: Streams;
  readonly #team: () => TeamRecord | null;

  constructor(directory: Directory, streams: Streams, team: () => TeamRecord | null) {
    this.#directory = directory;
    this.#streams = streams;
    this.#team = team;
  }

  /** Iterates over everyone's presence by name and then id, or over that of the people after a position. */
  all(after?: PersonPosition): Generator<PersonPresence> {
    return teamPresence(this.#state(), after);
  }

  /** Returns the presence of the people behind identities, by name and then id. */
  ofIdentities(identityIds: readonly string[]): PersonPresence[] {
    const state = this.#state();
    const personIds = new Set(identityIds.map((id) => this.#directory.personOf(id)?.personId));
    const people = [...personIds].flatMap((personId) => {
      const entry = state.roster.byPersonId.get(personId ?? "");
      return (entry && entryPresence(entry, state)) ?? [];
    });
    return people.sort(comparePeople);
  }

  /** Counts the people with an open block. */
  countPresent(): number {
    let count = 0;
    for (const { present } of this.all()) if (present) count += 1;
    return count;
  }

  #state(): TeamState {
    return {
      roster: this.#directory.roster(),
      streamsOf: (identityId) => this.#streams.ofIdentity(identityId),
      classes: this.#team()?.statusClasses ?? {},
    };
  }
}
