// Who may decide, and why others may not: asked before a review opens, when it opens, and whenever it is handed on.
import { decidingRoles, isDecider, type Person, type Role } from './actor.ts';
import { humansBehind, identitiesOf, namesIn } from './identity.ts';
import { isTrueOf } from './person-expression.ts';
import type { Relation, ReviewRules } from './review-policy.ts';
import type { Excluded } from './separation-of-duties.ts';
import type { RiskTier } from './submission.ts';

/** A person or service account with all that eligibility depends on. Instants are RFC 3339. */
export interface KnownPerson extends Person {
  isActive: boolean;
  groups: readonly string[];
  timeZone: string;
  slackUserId: string | null;
  aliases: readonly string[];
  /** Of software: the handle of whoever answers for it. */
  accountable: string | null;
  qualifications: readonly { name: string; expiresAt: string | null }[];
  absences: readonly { startsAt: string; endsAt: string; deputy: string | null }[];
}

export interface VersionInQuestion {
  model: string;
  version: string;
  riskTier: RiskTier;
  task: string;
  owner: string;
  author: string;
  contributors: readonly string[];
  /** As the commits name them. */
  commitAuthors: readonly string[];
  /** The account that delivered it; null where nobody has yet. */
  submittedBy: string | null;
  /** Handles of people who decided on another sign-off of this version. */
  earlierDeciders: readonly string[];
}

/** What a sign-off, or the settling of its conflict, asks of people. A whole sign-off fits. */
export interface Question {
  roles: readonly Role[];
  quorum: number;
  groups?: readonly string[];
  eligible?: string | undefined;
  qualification?: string | undefined;
  fallback?: readonly string[];
  /** People who took part in what this review is about. */
  excluded?: readonly Excluded[];
}

export type Via = 'deputy' | 'delegate' | 'forward' | 'escalation' | 'fallback';

export interface Eligible {
  handle: string;
  name: string;
  role: Role;
  /** How they came to be asked beside their role. */
  via: Via | null;
  /** For whom they stand in: the two are one voice. */
  onBehalfOf: string | null;
  /** RFC 3339; null while they are there. */
  absentUntil: string | null;
}

export interface Ineligible {
  handle: string;
  /** The end of a sentence that begins with the person, as `is the author of this version`. */
  why: string;
  /** Bound to the version, or not asked for another reason. */
  code: 'SELF_REVIEW' | 'NOT_ELIGIBLE';
}

export interface Eligibility {
  /** By handle, stand-ins and fallbacks last. */
  may: Eligible[];
  mayNot: Ineligible[];
  /** Why the fallback is asked; null when it is not. */
  rerouted: string | null;
}

type Rules = Pick<ReviewRules, 'independence'>;

/** Everybody with one of the roles, by whether they may decide on the version at an instant (RFC 3339), and who is asked in their place. */
export function whoMayDecide(
  people: readonly KnownPerson[],
  version: VersionInQuestion,
  question: Question,
  rules: Rules,
  at: string,
): Eligibility {
  const court = assemble(people, version, question, rules, at);
  const may: Eligible[] = [];
  const mayNot: Ineligible[] = [];
  const seated = new Map<string, string>();
  for (const person of court.people.filter((other) => isAsked(other, question))) {
    const twin = seated.get(court.humanOf(person));
    const problem = twin === undefined ? problemOf(court, person, 'own') : notAsked(`is the same person as ${twin}`);
    if (problem) mayNot.push({ handle: person.handle, ...problem });
    else {
      seated.set(court.humanOf(person), person.handle);
      may.push(eligible(court, person, null, null));
    }
  }
  const missing: string[] = [];
  for (const absent of may.filter((one) => one.absentUntil !== null)) {
    const deputy = deputyFor(court, absent.handle, (person) => {
      if (seated.has(court.humanOf(person))) return undefined;
      const problem = problemOf(court, person, 'standIn');
      if (problem && !mayNot.some((other) => other.handle === person.handle))
        mayNot.push({ handle: person.handle, ...problem });
      return problem ?? undefined;
    });
    if (!deputy) missing.push(absent.handle);
    else if (!seated.has(court.humanOf(deputy))) {
      seated.set(court.humanOf(deputy), deputy.handle);
      may.push(eligible(court, deputy, 'deputy', absent.handle));
    }
  }
  const there = may.filter((one) => one.onBehalfOf === null && !missing.includes(one.handle)).length;
  if (there >= question.quorum) return { may, mayNot, rerouted: null };
  const fallbacks = court.people.filter(
    (person) => question.fallback?.includes(person.handle) && !seated.has(court.humanOf(person)),
  );
  const asked = fallbacks.filter((person) => {
    const problem = problemOf(court, person, 'fallback');
    if (problem && !mayNot.some((other) => other.handle === person.handle))
      mayNot.push({ handle: person.handle, ...problem });
    if (problem || seated.has(court.humanOf(person))) return false;
    seated.set(court.humanOf(person), person.handle);
    return true;
  });
  may.push(...asked.map((person) => eligible(court, person, 'fallback', null)));
  const sentAway = mayNot.filter((other) => !asked.some((person) => person.handle === other.handle));
  return {
    may,
    mayNot: sentAway,
    rerouted: asked.length === 0 ? null : rerouteReason(question, there, missing, sentAway, asked),
  };
}

/** What keeps somebody from being handed this review; undefined when they may have it. `as`: what is asked of them. */
export function ineligibilityOf(
  people: readonly KnownPerson[],
  handle: string,
  version: VersionInQuestion,
  question: Question,
  rules: Rules,
  at: string,
  as: Seat = 'standIn',
): Omit<Ineligible, 'handle'> | undefined {
  const court = assemble(people, version, question, rules, at);
  const person = court.people.find((other) => other.handle === handle);
  return person ? problemOf(court, person, as) : notAsked('is nobody we know');
}

/** People who are bound to the version or took part in what the review is about, with why; among all that are handed in, whatever their role. */
export function boundPeople(
  people: readonly KnownPerson[],
  version: VersionInQuestion,
  question: Pick<Question, 'excluded'>,
  rules: Rules,
  at: string,
): Excluded[] {
  const court = assemble(people, version, { roles: [], quorum: 1, ...question }, rules, at);
  return court.people.flatMap((person) => {
    const why = court.bound.get(court.humanOf(person));
    if (why === undefined || !isDecider(person)) return [];
    const tookPart = question.excluded?.some((other) => other.why === why) === true;
    return [{ handle: person.handle, why, ...(tookPart && { tookPart }) }];
  });
}

/** Who stands in on this review for somebody away; undefined while they are there, or when nobody may. */
export function deputyOf(
  people: readonly KnownPerson[],
  handle: string,
  version: VersionInQuestion,
  question: Question,
  rules: Rules,
  at: string,
): KnownPerson | undefined {
  const court = assemble(people, version, question, rules, at);
  return deputyFor(court, handle, (person) => problemOf(court, person, 'standIn'));
}

/** The role under which somebody is asked: the first of the sign-off's that they hold, or else any that decides. */
export const askedRoleOf = (person: Person, roles: readonly Role[]): Role =>
  roles.find((role) => person.roles.includes(role)) ??
  decidingRoles.find((role) => person.roles.includes(role)) ??
  decidingRoles[0];

/**
 * What is asked of somebody. `own`: everything. `standIn`: all but the group, which is that of the person they stand in for.
 * `called`: independence and qualification, of whoever was escalated to or is named as fallback.
 */
export type Seat = 'own' | 'standIn' | 'fallback' | 'escalation';

interface Court {
  people: readonly KnownPerson[];
  version: VersionInQuestion;
  question: Question;
  at: string;
  /** Handle that stands for the human behind an account. */
  humanOf: (person: Pick<KnownPerson, 'handle'>) => string;
  /** Humans who are bound to the version, and why. */
  bound: ReadonlyMap<string, string>;
}

function assemble(
  people: readonly KnownPerson[],
  version: VersionInQuestion,
  question: Question,
  rules: Rules,
  at: string,
): Court {
  const sorted = [...people].sort((a, b) => (a.handle < b.handle ? -1 : 1));
  const humans = humansBehind(sorted);
  const humanOf = ({ handle }: Pick<KnownPerson, 'handle'>) => humans.get(handle) ?? handle;
  const bound = bind(sorted, humanOf, version, question, rules, at);
  return { people: sorted, version, question, at, humanOf, bound };
}

const isAsked = (person: KnownPerson, { roles }: Question): boolean =>
  person.isActive && person.type === 'user' && roles.some((role) => person.roles.includes(role));

const notAsked = (why: string): Omit<Ineligible, 'handle'> => ({ why, code: 'NOT_ELIGIBLE' });

function problemOf(court: Court, person: KnownPerson, as: Seat): Omit<Ineligible, 'handle'> | undefined {
  const { question, version, at } = court;
  const why = court.bound.get(court.humanOf(person));
  if (why !== undefined) return { why, code: 'SELF_REVIEW' };
  if (!person.isActive) return notAsked('has no access any more');
  if (!isDecider(person)) return notAsked('holds no role that decides');
  const { qualification } = question;
  if (qualification !== undefined) {
    const held = person.qualifications.find(({ name }) => name === qualification);
    if (!held) return notAsked(`is not qualified for ${qualification}`);
    if (held.expiresAt !== null && Date.parse(held.expiresAt) <= Date.parse(at))
      return notAsked(`was qualified for ${qualification} until ${held.expiresAt.slice(0, 10)}`);
  }
  if (as === 'fallback') return undefined;
  if (question.eligible !== undefined && !isTrueOf(question.eligible, person, version, at))
    return notAsked(`does not meet the policy's condition: ${question.eligible}`);
  if (as === 'escalation') return undefined;
  if (!isAsked(person, question)) return notAsked(`holds none of the roles ${question.roles.join(', ')}`);
  const groups = question.groups ?? [];
  if (as === 'own' && groups.length > 0 && !groups.some((group) => person.groups.includes(group)))
    return notAsked(`is in none of the groups ${groups.join(', ')}`);
  return undefined;
}

function eligible(court: Court, person: KnownPerson, via: Via | null, onBehalfOf: string | null): Eligible {
  return {
    handle: person.handle,
    name: person.name,
    role: askedRoleOf(person, court.question.roles),
    via,
    onBehalfOf,
    absentUntil: absenceAt(person, court.at)?.endsAt ?? null,
  };
}

export const absenceAt = (
  person: Pick<KnownPerson, 'absences'>,
  at: string,
): KnownPerson['absences'][number] | undefined =>
  person.absences.find(
    ({ startsAt, endsAt }) => Date.parse(startsAt) <= Date.parse(at) && Date.parse(at) < Date.parse(endsAt),
  );

/** Whoever stands in: the deputy, or while they are away too, theirs. undefined when nobody may. */
function deputyFor(court: Court, handle: string, problem: (person: KnownPerson) => unknown): KnownPerson | undefined {
  const seen = new Set<string>();
  for (let next: string | null | undefined = handle; next && !seen.has(next);) {
    seen.add(next);
    const absent = court.people.find((person) => person.handle === next);
    const deputy = absent && court.people.find((person) => person.handle === absenceAt(absent, court.at)?.deputy);
    if (!deputy || court.humanOf(deputy) === court.humanOf({ handle })) return undefined;
    if (!absenceAt(deputy, court.at)) return problem(deputy) === undefined ? deputy : undefined;
    next = deputy.handle;
  }
  return undefined;
}

/** Humans bound to the version, each with the most telling reason, and those who stand in for them. */
function bind(
  people: readonly KnownPerson[],
  humanOf: Court['humanOf'],
  version: VersionInQuestion,
  { excluded = [] }: Pick<Question, 'excluded'>,
  { independence }: Rules,
  at: string,
): Map<string, string> {
  const excludes = new Set<Relation>(['author', 'owner', 'contributor', ...independence.excludes]);
  const bound = new Map<string, string>();
  const bindHuman = (person: KnownPerson, why: string) => {
    if (!bound.has(humanOf(person))) bound.set(humanOf(person), why);
  };
  const byName = new Map<string, KnownPerson[]>();
  for (const person of people)
    for (const name of new Set(identitiesOf(person))) byName.set(name, [...(byName.get(name) ?? []), person]);
  const named = (text: string) => [...new Set(namesIn(text).flatMap((name) => byName.get(name) ?? []))];
  const answersFor = (software: KnownPerson, what: string, seen = new Set<string>()) => {
    if (software.accountable === null || seen.has(software.handle)) return;
    seen.add(software.handle);
    for (const person of named(software.accountable))
      if (person.type === 'user') bindHuman(person, `answers for ${software.handle}, ${what}`);
      else answersFor(person, `which answers for ${software.handle}, ${what}`, seen);
  };
  const relate = (relation: Relation, texts: readonly string[], why: string, ofSoftware: string) => {
    for (const person of texts.flatMap(named)) {
      if (person.type === 'user' && excludes.has(relation)) bindHuman(person, why);
      if (person.type === 'service_account' && excludes.has('accountable')) answersFor(person, ofSoftware);
    }
  };
  relate('author', [version.author], 'is the author of this version', 'the author of this version');
  relate('owner', [version.owner], 'is the owner of this version', 'the owner of this version');
  relate('contributor', version.contributors, 'is the contributor of this version', 'a contributor of this version');
  relate('commitAuthor', version.commitAuthors, 'wrote code of this version', 'which wrote code of this version');
  if (version.submittedBy !== null)
    relate('accountable', [version.submittedBy], 'delivered this version', 'which delivered this version');
  relate('earlierDecider', version.earlierDeciders, 'decided on this version before', 'which decided on it before');
  for (const { handle, why } of excluded) for (const person of named(handle)) bindHuman(person, why);
  for (let grew = true; grew;) {
    grew = false;
    for (const person of people) {
      const why = bound.get(humanOf(person));
      const deputy = why === undefined ? undefined : absenceAt(person, at)?.deputy;
      const standIn = people.find((other) => other.handle === deputy);
      if (!standIn || bound.has(humanOf(standIn))) continue;
      bindHuman(standIn, `stands in for ${person.handle}, who ${why}`);
      grew = true;
    }
  }
  return bound;
}

function rerouteReason(
  question: Question,
  there: number,
  missing: readonly string[],
  mayNot: readonly Ineligible[],
  asked: readonly KnownPerson[],
): string {
  const reasons = [
    ...missing.map((handle) => `${handle} is away and nobody stands in`),
    ...mayNot.map(({ handle, why }) => `${handle} ${why}`),
  ];
  const shown = reasons.slice(0, 5).join('; ') + (reasons.length > 5 ? `; and ${reasons.length - 5} more` : '');
  return `${there} of the ${question.quorum} people it needs may decide${shown === '' ? '' : `: ${shown}`}. ${asked.map(({ handle }) => handle).join(', ')} ${asked.length === 1 ? 'is' : 'are'} asked instead.`;
}
