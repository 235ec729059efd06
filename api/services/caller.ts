import type { Actor, Channel, Person } from '../../domain/actor.ts';

/** Who asks, known by token or session, and by which channel. */
export interface Caller {
  person: Person;
  channel: Channel;
  /** When this browser last proved who sits before it. */
  steppedUpAt?: Date | null;
}

export const actorOf = (caller: Caller): Actor => ({ type: caller.person.type, id: caller.person.handle });
