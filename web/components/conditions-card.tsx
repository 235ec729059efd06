import type { PropsWithChildren } from 'hono/jsx';
import { useNames, usePage } from '../context.ts';
import type { ConditionView } from '../../api/services/fulfil-condition.ts';
import { describeDue, formatDay } from '../words/times.ts';
import { Icon } from './icon.tsx';
import { Card, Fold, urgencyClass } from './parts.tsx';
import type { ReviewPageData } from './review-data.ts';
import { Time } from './time.tsx';
import { WhyRefused } from './why-refused.tsx';

type ConditionsData = Pick<ReviewPageData, 'review' | 'thread' | 'failed'>;

/** What approvals hang on: promised for the version, or still to be promised by decisions that wait for others. */
export function ConditionsCard(data: ConditionsData) {
  const { review, thread } = data;
  const nameOf = useNames();
  const named = new Set(thread.conditions.map(({ decisionId }) => decisionId));
  const coming = review.decisions
    .filter(({ id, voided }) => voided === null && !named.has(id))
    .flatMap(({ conditions }) => conditions);
  if (thread.conditions.length === 0 && coming.length === 0) return <></>;
  return (
    <Card title="Conditions of the approval" id="conditions" flush>
      <ul class="divide-y">
        {thread.conditions.map((condition) => (
          <Condition condition={condition} data={data} />
        ))}
        {coming.map(({ text, owner, dueAt }) => (
          <li class="flex gap-2.5 px-4 py-3">
            <Icon name="circle-dashed" class="text-muted-foreground mt-0.5 size-4" />
            <div class="min-w-0 space-y-1">
              <p class="break-words">{text}</p>
              <p class="text-muted-foreground text-[0.8125rem]">
                {nameOf(owner)}, by {formatDay(dueAt)}, once everybody has agreed
              </p>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const looks = {
  OPEN: { icon: 'circle-dot', class: '' },
  FULFILLED: { icon: 'check', class: 'text-pass' },
  EXPIRED: { icon: 'circle-alert', class: 'text-fail' },
} as const;

function Condition({ condition, data }: { condition: ConditionView; data: ConditionsData }) {
  const { caller } = usePage();
  const isMine = condition.owner === caller?.person.handle;
  return (
    <ConditionLine condition={condition}>
      {condition.state === 'OPEN' && isMine && (
        <Fold label="It is done" open={data.failed?.verb === 'fulfil'} class="no-print">
          <form
            method="post"
            action={`/reviews/${encodeURIComponent(data.review.id)}/conditions/${encodeURIComponent(condition.id)}`}
            class="space-y-2 pt-2"
            data-once
          >
            <WhyRefused failed={data.failed} verb="fulfil" />
            <label class="block space-y-1">
              <span class="label">What was done, and where it can be seen</span>
              <textarea class="textarea" name="reason" rows={2} maxlength={4000} required></textarea>
            </label>
            <button class="btn" data-variant="outline">
              Call it done
            </button>
          </form>
        </Fold>
      )}
    </ConditionLine>
  );
}

/** What was promised, by whom, by when, and what became of it. `href`: where it can be called done. */
export function ConditionLine({
  condition,
  href,
  children,
}: PropsWithChildren<{ condition: ConditionView; href?: string }>) {
  const nameOf = useNames();
  const { caller, now } = usePage();
  const isMine = condition.owner === caller?.person.handle;
  const look = looks[condition.state];
  const { urgency, words } = describeDue(condition.dueAt, now);
  return (
    <li class="flex gap-2.5 px-4 py-3">
      <Icon name={look.icon} class={`mt-0.5 size-4 ${look.class}`} />
      <div class="min-w-0 flex-1 space-y-1">
        <p class="break-words">
          {href ? (
            <a class="hover:underline" href={href}>
              {condition.text}
            </a>
          ) : (
            condition.text
          )}
        </p>
        <p class="text-muted-foreground text-[0.8125rem]">
          {condition.state === 'OPEN' ? (
            <>
              {/* The day in UTC, as it was chosen: in the viewer's zone its end could fall on another one. */}
              {isMine ? 'You see to it' : `${nameOf(condition.owner)} sees to it`}, due {formatDay(condition.dueAt)} ·{' '}
              <span class={urgencyClass[urgency]}>{words}</span>
            </>
          ) : condition.state === 'FULFILLED' ? (
            <>
              {nameOf(condition.owner)} called it done
              {condition.closedAt && (
                <>
                  {' '}
                  · <Time at={condition.closedAt} />
                </>
              )}
              . {condition.closedReason && `“${condition.closedReason}”`}
            </>
          ) : (
            <>It expired undone. People are asked whether the approval stands.</>
          )}
        </p>
        {children}
      </div>
    </li>
  );
}
