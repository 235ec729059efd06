import type { Actor, Channel, Person } from '../../domain/actor.ts';

/** Who asks, known by token or session, and by which channel. */
export interface Caller {
  person: Person;
  channel: Channel;
}

export const actorOf = (caller: Caller): Actor => ({ type: caller.person.type, id: caller.person.handle });
