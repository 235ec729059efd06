import { ineligibilityOf, whoMayDecide, type Eligibility, type Ineligible } from '../../domain/eligibility.ts';
import { courtOf } from '../../db/queries/eligibility.ts';
import type { Caller } from './caller.ts';
import { askedOn } from './change-review.ts';
import type { Deps } from './deps.ts';
import { findVisibleReview } from './visible-review.ts';

/** Why somebody is not asked who would be today; they can be handed it. */
export const NOT_ASKED_THEN = 'was not asked when the review opened';

/**
 * Who can decide this, and why others cannot. Those who are asked stand as they were asked; whoever would be asked today and was not then is
 * told apart, and so is whoever could no longer be asked.
 */
export async function listCandidates(deps: Deps, caller: Caller, reviewId: string): Promise<Eligibility> {
  const review = await findVisibleReview(deps, caller, reviewId);
  const { db } = deps.database;
  const at = deps.now();
  const all = await askedOn(db, reviewId);
  const { people, version, question } = await courtOf(db, review, at, all.map(({ handle }) => handle)); // prettier-ignore
  const { rules } = review.terms;
  const today = whoMayDecide(people, version, question, rules, at.toISOString());
  const gone = all.flatMap(({ handle, via }): Ineligible[] => {
    const ofToday = via === null ? today.mayNot.find((other) => other.handle === handle) : undefined;
    // The least that is asked of everybody who decides, however they came to be asked.
    const problem = ofToday ?? ineligibilityOf(people, handle, version, question, rules, at.toISOString(), 'fallback');
    return problem ? [{ ...problem, handle }] : [];
  });
  const asked = all.filter(({ handle }) => !gone.some((other) => other.handle === handle));
  const may = asked.map(({ handle, via, onBehalfOf }) => {
    const known = people.find((person) => person.handle === handle);
    const now = today.may.find((other) => other.handle === handle);
    const role = now?.role ?? question.roles.find((each) => known?.roles.includes(each)) ?? known?.roles[0];
    if (!known || role === undefined) throw new Error(`${handle} is asked on ${reviewId} and holds no role`);
    return { handle, name: known.name, role, via, onBehalfOf, absentUntil: now?.absentUntil ?? null };
  });
  const isAsked = (handle: string) => asked.some((other) => other.handle === handle);
  const late = today.may
    .filter(({ handle }) => !isAsked(handle))
    .map(({ handle }) => ({ handle, why: NOT_ASKED_THEN, code: 'NOT_ELIGIBLE' as const }));
  const known = today.mayNot.filter(({ handle }) => !isAsked(handle));
  const left = gone.filter(({ handle }) => !known.some((other) => other.handle === handle));
  return { may, mayNot: [...known, ...left, ...late], rerouted: today.rerouted };
}
