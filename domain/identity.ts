// By which names somebody is known, and when two names are one.
import type { Person } from './actor.ts';

/** Letters that look the same compare alike, whatever their case or form. */
export const foldName = (text: string): string => text.trim().normalize('NFKC').toLowerCase();

/** The names that a text gives somebody: `Ada <ada@example.com>`, as commits write it, is known by its address. */
export function namesIn(text: string): string[] {
  const address = /<([^<>]+)>\s*$/.exec(text)?.[1];
  return [text, ...(address === undefined ? [] : [address])].map(foldName);
}

export type Known = Pick<Person, 'handle' | 'email'> & { aliases?: readonly string[]; slackUserId?: string | null };

/** All names by which an account is found: handle, address, Slack id and what it is called elsewhere. */
export function identitiesOf({ handle, email, aliases = [], slackUserId }: Known): string[] {
  return [handle, email, ...aliases, ...(slackUserId ? [slackUserId] : [])].flatMap(namesIn);
}

/** For each handle, the handle that stands for the human behind it: accounts that share a name are one person. */
export function humansBehind(people: readonly Known[]): Map<string, string> {
  const parents = new Map(people.map(({ handle }) => [handle, handle]));
  const rootOf = (handle: string): string => {
    const parent = parents.get(handle)!;
    return parent === handle ? handle : rootOf(parent);
  };
  const owners = new Map<string, string>();
  for (const person of people)
    for (const name of identitiesOf(person)) {
      const other = owners.get(name);
      if (other === undefined) owners.set(name, person.handle);
      else parents.set(rootOf(person.handle), rootOf(other));
    }
  return new Map(people.map(({ handle }) => [handle, rootOf(handle)]));
}
