import type { Role } from './actor.ts';
import type { SignOff } from './policy.ts';
import type { ReviewRules } from './review-policy.ts';
import type { ReviewKind } from './review.ts';

/** Whom a review of some kind asks, how many of them, and for how long. */
export interface Asking {
  roles: readonly Extract<Role, SignOff['roles'][number]>[];
  quorum: number;
  departments: readonly string[];
  dueIn: string;
}

/** Throws where the policy knows no review of this kind. */
export function askingOf(
  kind: ReviewKind,
  signOff: SignOff,
  rules: Pick<ReviewRules, 'secondReview' | 'breakGlass'>,
): Asking {
  switch (kind) {
    case 'sign_off':
      return signOff;
    case 'conflict':
      return { ...signOff.conflict, departments: [] };
    case 'condition':
      return { roles: signOff.roles, quorum: 1, departments: [], dueIn: signOff.dueIn };
    case 'second_look':
      return alone(rules.secondReview, kind);
    case 'after_the_fact':
      return alone(rules.breakGlass?.postReview, kind);
  }
}

function alone(asked: Pick<Asking, 'roles' | 'dueIn'> | undefined, kind: ReviewKind): Asking {
  if (!asked) throw new Error(`The policy asks for no review of kind ${kind}`);
  return { roles: asked.roles, dueIn: asked.dueIn, quorum: 1, departments: [] };
}
