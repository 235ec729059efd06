import type { Caller } from './caller.ts';

/** What a caller may read: null is everything; a handle, only what belongs to versions that it submitted. */
export type ReadScope = string | null;

/** People with a role see everything, because a decision stands on what all of them can check; software sees its own. */
export function readScopeOf({ person }: Caller): ReadScope {
  return person.type === 'user' && person.roles.length > 0 ? null : person.handle;
}

export function isVisible(caller: Caller, version: { submittedBy: string }): boolean {
  const scope = readScopeOf(caller);
  return scope === null || scope === version.submittedBy;
}
