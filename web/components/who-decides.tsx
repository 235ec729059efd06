import { useNames, useNamesWithin } from '../context.ts';
import { describeRole } from '../words/names.ts';
import { countOf } from '../words/numbers.ts';
import { Fold } from './parts.tsx';
import { Icon } from './icon.tsx';
import type { ReviewPageData } from './review-data.ts';
import { Time } from './time.tsx';

type Asked = ReviewPageData['thread']['eligibility']['may'][number];

const shown = 6;

/** Who can decide this, how they came to be asked, and why others cannot. */
export function WhoDecides({ thread: { eligibility }, review }: Pick<ReviewPageData, 'thread' | 'review'>) {
  const nameOf = useNames();
  const namesWithin = useNamesWithin();
  const { may, mayNot, rerouted } = eligibility;
  const heard = new Set(
    review.decisions.flatMap(({ by, onBehalfOf, voided }) => (voided === null ? [by, onBehalfOf ?? by] : [])),
  );
  const row = (person: Asked) => (
    <li class="flex items-baseline gap-2">
      <Icon
        name={heard.has(person.handle) ? 'check' : 'user-round'}
        class="text-muted-foreground size-3.5 translate-y-0.5"
        {...(heard.has(person.handle) ? { title: 'has answered' } : {})}
      />
      <span class="min-w-0 break-words">
        {person.name} <span class="text-muted-foreground">{howAsked(person, nameOf)}</span>
        {person.absentUntil !== null && (
          <span class="text-muted-foreground">
            , away until <Time at={person.absentUntil} as="day" />
          </span>
        )}
      </span>
    </li>
  );
  return (
    <div class="space-y-2.5">
      {may.length === 0 ? (
        <p class="text-muted-foreground">Nobody who may decide. An administrator has to give somebody the role.</p>
      ) : (
        <ul class="space-y-1.5">{may.slice(0, shown).map(row)}</ul>
      )}
      {may.length > shown && (
        <Fold label={`${may.length - shown} more`}>
          <ul class="space-y-1.5 pt-1.5">{may.slice(shown).map(row)}</ul>
        </Fold>
      )}
      {rerouted !== null && <p class="text-muted-foreground text-[0.8125rem] break-words">{namesWithin(rerouted)}</p>}
      {mayNot.length > 0 && (
        <Fold label={`${countOf(mayNot.length, 'other')} may not`}>
          <ul class="text-muted-foreground space-y-1.5 pt-1.5 text-[0.8125rem]">
            {mayNot.map(({ handle, why }) => (
              <li class="break-words">
                <span class="text-foreground">{nameOf(handle)}</span> {namesWithin(why)}
              </li>
            ))}
          </ul>
        </Fold>
      )}
    </div>
  );
}

function howAsked({ role, via, onBehalfOf }: Asked, nameOf: (handle: string) => string): string {
  const standsIn = onBehalfOf === null ? '' : ` for ${nameOf(onBehalfOf)}`;
  switch (via) {
    case null:
      return describeRole(role);
    case 'deputy':
      return `stands in${standsIn}, who is away`;
    case 'delegate':
      return `decides${standsIn}`;
    case 'forward':
      return `${describeRole(role)}, it was handed to them`;
    case 'escalation':
      return `${describeRole(role)}, by escalation`;
    case 'fallback':
      return `${describeRole(role)}, asked instead of others`;
  }
}
