import type { Person } from './actor.ts';

export interface Accountable {
  owner: string;
  author: string;
  contributors: readonly string[];
}

const fold = (text: string) => text.trim().normalize('NFKC').toLowerCase();

/** How the person is bound to the version, named by handle or by e-mail address; undefined when they are independent. */
export function involvementOf(
  person: Pick<Person, 'handle' | 'email'>,
  version: Accountable,
): 'author' | 'owner' | 'contributor' | undefined {
  const names = new Set([fold(person.handle), fold(person.email)]);
  if (names.has(fold(version.author))) return 'author';
  if (names.has(fold(version.owner))) return 'owner';
  return version.contributors.some((contributor) => names.has(fold(contributor))) ? 'contributor' : undefined;
}
