import type { Person } from './actor.ts';
import { foldName, identitiesOf, namesIn } from './identity.ts';

export interface Excluded {
  handle: string;
  /** The end of a sentence that begins with the person. */
  why: string;
  /** Not bound to the version: they took part in what the review is about. */
  tookPart?: boolean;
}

export interface Accountable {
  owner: string;
  author: string;
  contributors: readonly string[];
  /** People who may not decide for what else binds them to the version, found when the review opened. */
  excluded?: readonly Excluded[];
}

/** How the person is bound to the version, named by handle or by e-mail address; undefined when they are independent. */
export function involvementOf(
  person: Pick<Person, 'handle' | 'email'>,
  version: Accountable,
): 'author' | 'owner' | 'contributor' | undefined {
  const names = new Set(identitiesOf(person));
  const isNamed = (text: string) => namesIn(text).some((name) => names.has(name));
  if (isNamed(version.author)) return 'author';
  if (isNamed(version.owner)) return 'owner';
  return version.contributors.some(isNamed) ? 'contributor' : undefined;
}

/** Why the person is not independent of the version, as the end of a sentence that begins with them; undefined when they are. */
export function dependenceOf(person: Pick<Person, 'handle' | 'email'>, version: Accountable): string | undefined {
  const involvement = involvementOf(person, version);
  if (involvement) return `is the ${involvement} of this version`;
  return version.excluded?.find((other) => !other.tookPart && foldName(other.handle) === foldName(person.handle))?.why;
}
