import { NOT_ASKED_THEN } from '../../api/services/list-candidates.ts';
import { useNames, usePage } from '../context.ts';
import { fieldOf } from '../form-fields.ts';
import { actPaths, type ActVerb } from '../review-act.ts';
import { describeRole } from '../words/names.ts';
import { Icon, type IconName } from './icon.tsx';
import { Card } from './parts.tsx';
import type { ReviewPageData } from './review-data.ts';
import { WhyRefused } from './why-refused.tsx';

type ActsData = Pick<ReviewPageData, 'review' | 'transitions' | 'thread' | 'version' | 'failed'>;

/** What a person may do beside deciding, each folded away behind its name. */
export function ReviewActs(data: ActsData) {
  const acts = actsOn(data);
  if (acts.length === 0) return <></>;
  return (
    <Card title="Something else" id="acts" flush class="no-print">
      <ul class="divide-y">
        {acts.map((act) => (
          <ActForm act={act} {...data} />
        ))}
      </ul>
    </Card>
  );
}

interface Act {
  verb: ActVerb;
  icon: IconName;
  label: string;
  /** What follows, and what does not. */
  says: string;
  button: string;
  isGrave?: boolean;
  fields?: readonly Field[];
}

type Named = readonly [value: string, label: string];

type Field =
  | { type: 'words'; name: string; label: string }
  | { type: 'day'; name: string; label: string }
  /** `first`: what stands for nobody in particular. */
  | { type: 'choice'; name: string; label: string; options: readonly Named[]; first?: string };

const why: Field = { type: 'words', name: 'reason', label: 'Why' };
const person = (label: string, options: readonly Named[], first?: string): Field => ({
  type: 'choice', name: 'to', label, options, ...(first !== undefined && { first }),
}); // prettier-ignore

/** The verbs that this person may use now, in the order in which they are offered. */
function actsOn(data: ActsData): Act[] {
  const { transitions, review } = data;
  const { assignee, delegatedBy, suspension } = review;
  const nameOf = useNames();
  const self = usePage().caller?.person.handle;
  const isAsked = transitions.as.includes('candidate');
  const mayName = transitions.as.some((role) => role === 'candidate' || role === 'administrator');
  const candidates = handOnTo(data);
  const asked = review.candidates.map(({ handle }) => handle);
  const others = candidates.filter(([handle]) => !asked.includes(handle));
  const acts: (Act & { unless?: boolean })[] = [
    {
      verb: 'requestInfo',
      icon: 'circle-help',
      label: 'Ask for information',
      says: 'The review waits until the question is answered; nobody decides meanwhile.',
      button: 'Ask',
      fields: [person('Whom to ask', informants(data)), { type: 'words', name: 'question', label: 'Question' }],
    },
    {
      verb: 'start',
      unless: review.state !== 'READY',
      icon: 'play',
      label: 'Begin to work on it',
      says: 'It is yours then, as if claimed, and everybody sees that somebody is at it.',
      button: 'Begin',
    },
    {
      verb: 'delegate',
      icon: 'users-round',
      label: isAsked ? 'Let somebody decide for you' : 'Give it to somebody',
      says: isAsked
        ? 'They decide in your name. If they give it back, it is yours again.'
        : 'They hold it, and decide in the name of whoever holds it now.',
      button: 'Delegate',
      fields: [person('To whom', candidates), why],
    },
    {
      verb: 'forward',
      icon: 'forward',
      label: isAsked ? 'Hand your place to somebody else' : 'Ask somebody else instead',
      says: `They decide in their own name, and ${isAsked ? 'you are' : 'whoever holds it now is'} no longer asked.`,
      button: 'Hand on',
      fields: [person('To whom', others), why],
    },
    {
      verb: 'suspend',
      icon: 'pause',
      label: 'Let it rest',
      says: 'Nobody decides meanwhile. The deadline stays where it is.',
      button: 'Let it rest',
      fields: [{ type: 'day', name: 'until', label: 'Until' }, why],
    },
    {
      verb: 'resume',
      unless: suspension === null,
      icon: 'play',
      label: suspension?.questionId ? 'Go on without the answer' : 'Let it go on',
      says: 'The review opens again for everybody who is asked.',
      button: 'Go on',
    },
    {
      verb: 'release',
      unless: assignee === null || assignee === self,
      icon: 'log-out',
      label: `Take it from ${nameOf(assignee ?? '')}`,
      says:
        delegatedBy === null ? 'It opens again for everybody who is asked.' : `It goes back to ${nameOf(delegatedBy)}.`,
      button: 'Take it back',
    },
    {
      verb: 'remind',
      icon: 'bell',
      label: 'Remind those who are asked',
      says: `Goes to ${assignee === null ? 'everybody who has not answered' : nameOf(assignee)}, not more often than the policy lets.`,
      button: 'Remind them',
    },
    {
      verb: 'escalate',
      icon: 'arrow-up-right',
      label: 'Ask further people',
      says: 'Whom the policy names next is asked too. Those who are asked already stay asked.',
      button: 'Escalate',
      fields: [...(mayName ? [person('Whom', others, 'As the policy says')] : []), why],
    },
    {
      verb: 'withdraw',
      icon: 'ban',
      label: 'Take the question back',
      says: 'The review ends without an answer, and its process with it. Only a new submission asks again.',
      button: 'Take it back',
      fields: [why],
    },
    {
      verb: 'override',
      icon: 'octagon-alert',
      label: 'Break the glass',
      isGrave: true,
      says: 'Closes this review with an answer that nobody gave. Administrators hear of it at once, it stands in the journal under your name, and a review after the fact asks whether it was right. For emergencies only.',
      button: 'Break the glass',
      fields: [
        { type: 'choice', name: 'outcome', label: 'Outcome', options: overrides, first: 'Choose an outcome' },
        { type: 'words', name: 'reason', label: 'What the emergency is' },
      ],
    },
  ];
  return acts.filter(({ verb, unless }) => transitions.allowed.includes(verb) && unless !== true);
}

const overrides: readonly Named[] = [
  ['APPROVED', 'Approved'],
  ['CHANGES_REQUESTED', 'Changes requested'],
  ['REJECTED', 'Rejected'],
];

function ActForm({ act, review, failed }: { act: Act } & Pick<ActsData, 'review' | 'failed'>) {
  const { verb, icon, label, says, button, isGrave, fields = [] } = act;
  const kept = failed?.verb === verb ? failed.fields : {};
  return (
    <li>
      <details open={failed?.verb === verb} name="act">
        <summary
          class={`hover:bg-muted/50 flex items-center gap-2.5 px-4 py-2 ${isGrave ? 'text-fail' : ''}`}
          data-act={verb}
        >
          <Icon name={icon} class={`size-4 ${isGrave ? '' : 'text-muted-foreground'}`} />
          <span class="min-w-0 flex-1">{label}</span>
          <Icon name="chevron-right" class="chevron text-muted-foreground size-3.5 transition-transform" />
        </summary>
        <form
          method="post"
          action={`/reviews/${encodeURIComponent(review.id)}/${actPaths[verb]}`}
          class={`space-y-3 px-4 pt-1 pb-4 ${isGrave ? 'border-fail border-s-2' : ''}`}
          data-once
        >
          <WhyRefused failed={failed} verb={verb} />
          <p class="text-muted-foreground text-[0.8125rem] leading-relaxed">{says}</p>
          {fields.map((field) => (
            <label class="block space-y-1">
              <span class="label">
                {field.label}
                {field.type === 'day' && (
                  <>
                    {' '}
                    <span class="text-muted-foreground font-normal">· optional</span>
                  </>
                )}
              </span>
              <Control field={field} kept={fieldOf(kept, field.name)} />
            </label>
          ))}
          <button class="btn" {...(isGrave ? {} : { 'data-variant': 'outline' })}>
            {button}
          </button>
        </form>
      </details>
    </li>
  );
}

/** What is filled in; whom nobody here can name is asked for by handle. */
function Control({ field, kept }: { field: Field; kept: string }) {
  const { name } = field;
  if (field.type === 'day') return <input class="input" type="date" name={name} value={kept} />;
  if (field.type === 'words')
    return (
      <textarea class="textarea" name={name} rows={2} maxlength={4000} required>
        {kept}
      </textarea>
    );
  const { options, first } = field;
  if (options.length === 0 && first === undefined)
    return (
      <input class="input" type="text" name={name} value={kept} placeholder="Handle" required autocomplete="off" />
    );
  return (
    <select class="select w-full" name={name}>
      {first !== undefined && <option value="">{first}</option>}
      {options.map(([value, label]) => (
        <option value={value} selected={value === kept}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** Whoever may decide it too, or could be asked to. */
function handOnTo({ thread: { eligibility } }: ActsData): Named[] {
  const nameOf = useNames();
  const self = usePage().caller?.person.handle;
  return [
    ...eligibility.may.map(({ handle, name, role, absentUntil }): Named => [
      handle,
      `${name}, ${describeRole(role)}${absentUntil === null ? '' : ' (away)'}`,
    ]),
    ...eligibility.mayNot
      .filter(({ why }) => why === NOT_ASKED_THEN)
      .map(({ handle }): Named => [handle, nameOf(handle)]),
  ].filter(([handle]) => handle !== self);
}

/** Those who know: who made the version first. */
function informants({ version, review }: ActsData): Named[] {
  const nameOf = useNames();
  const { caller, people } = usePage();
  const handles = new Set([version.owner, version.author, ...version.contributors, ...review.candidates.map(({ handle }) => handle)]); // prettier-ignore
  handles.delete(caller?.person.handle ?? '');
  return [...handles].filter((handle) => people.has(handle)).map((handle) => [handle, nameOf(handle)]);
}
