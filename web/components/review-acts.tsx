import type { Child } from 'hono/jsx';
import { NOT_ASKED_THEN } from '../../api/services/list-candidates.ts';
import { useNames, usePage } from '../context.ts';
import { fieldOf } from '../form-fields.ts';
import { actPaths, type ActVerb } from '../review-act.ts';
import { describeRole } from '../words/names.ts';
import { Icon, type IconName } from './icon.tsx';
import { Card, Notice } from './parts.tsx';
import type { ReviewPageData } from './review-data.ts';

/** What a person may do beside deciding, each folded away behind its name. */
export function ReviewActs(data: ReviewPageData) {
  const { transitions, review } = data;
  const nameOf = useNames();
  const { caller } = usePage();
  const may = (verb: ActVerb) => transitions.allowed.includes(verb);
  const isAsked = transitions.as.includes('candidate');
  const candidates = handOnTo(data);
  const asked = review.candidates.map(({ handle }) => handle);
  const acts: Child[] = [
    may('requestInfo') && (
      <Act
        data={data}
        verb="requestInfo"
        icon="circle-help"
        label="Ask for information"
        says="The review waits until the question is answered; nobody decides meanwhile."
        button="Ask"
      >
        <People data={data} verb="requestInfo" label="Whom to ask" people={informants(data)} />
        <Words data={data} verb="requestInfo" name="question" label="Question" />
      </Act>
    ),
    may('start') && review.state === 'READY' && (
      <Act
        data={data}
        verb="start"
        icon="play"
        label="Begin to work on it"
        says="It is yours then, as if claimed, and everybody sees that somebody is at it."
        button="Begin"
      />
    ),
    may('delegate') && (
      <Act
        data={data}
        verb="delegate"
        icon="users-round"
        label={isAsked ? 'Let somebody decide for you' : 'Give it to somebody'}
        says={
          isAsked
            ? 'They decide in your name. If they give it back, it is yours again.'
            : 'They hold it, and decide in the name of whoever holds it now.'
        }
        button="Delegate"
      >
        <People data={data} verb="delegate" label="To whom" people={candidates} />
        <Words data={data} verb="delegate" name="reason" label="Why" />
      </Act>
    ),
    may('forward') && (
      <Act
        data={data}
        verb="forward"
        icon="forward"
        label={isAsked ? 'Hand your place to somebody else' : 'Ask somebody else instead'}
        says={`They decide in their own name, and ${isAsked ? 'you are' : 'whoever holds it now is'} no longer asked.`}
        button="Hand on"
      >
        <People
          data={data}
          verb="forward"
          label="To whom"
          people={candidates.filter(([handle]) => !asked.includes(handle))}
        />
        <Words data={data} verb="forward" name="reason" label="Why" />
      </Act>
    ),
    may('suspend') && (
      <Act
        data={data}
        verb="suspend"
        icon="pause"
        label="Let it rest"
        says="Nobody decides meanwhile. The deadline stays where it is."
        button="Let it rest"
      >
        <label class="block space-y-1">
          <span class="label">
            Until <span class="text-muted-foreground font-normal">· optional</span>
          </span>
          <input class="input" type="date" name="until" value={kept(data, 'suspend', 'until')} />
        </label>
        <Words data={data} verb="suspend" name="reason" label="Why" />
      </Act>
    ),
    may('resume') && review.suspension !== null && (
      <Act
        data={data}
        verb="resume"
        icon="play"
        label={review.suspension.questionId === null ? 'Let it go on' : 'Go on without the answer'}
        says="The review opens again for everybody who is asked."
        button="Go on"
      />
    ),
    may('release') && review.assignee !== null && review.assignee !== caller?.person.handle && (
      <Act
        data={data}
        verb="release"
        icon="log-out"
        label={`Take it from ${nameOf(review.assignee)}`}
        says={
          review.delegatedBy === null
            ? 'It opens again for everybody who is asked.'
            : `It goes back to ${nameOf(review.delegatedBy)}.`
        }
        button="Take it back"
      />
    ),
    may('remind') && (
      <Act
        data={data}
        verb="remind"
        icon="bell"
        label="Remind those who are asked"
        says={`Goes to ${review.assignee === null ? 'everybody who has not answered' : nameOf(review.assignee)}, not more often than the policy lets.`}
        button="Remind them"
      />
    ),
    may('escalate') && (
      <Act
        data={data}
        verb="escalate"
        icon="arrow-up-right"
        label="Ask further people"
        says="Whom the policy names next is asked too. Those who are asked already stay asked."
        button="Escalate"
      >
        {transitions.as.some((role) => role === 'candidate' || role === 'administrator') && (
          <People
            data={data}
            verb="escalate"
            label="Whom"
            first="As the policy says"
            people={candidates.filter(([handle]) => !asked.includes(handle))}
          />
        )}
        <Words data={data} verb="escalate" name="reason" label="Why" />
      </Act>
    ),
    may('withdraw') && (
      <Act
        data={data}
        verb="withdraw"
        icon="ban"
        label="Take the question back"
        says="The review ends without an answer, and its process with it. Only a new submission asks again."
        button="Take it back"
      >
        <Words data={data} verb="withdraw" name="reason" label="Why" />
      </Act>
    ),
    may('override') && (
      <Act
        data={data}
        verb="override"
        icon="octagon-alert"
        label="Break the glass"
        grave
        says="Closes this review with an answer that nobody gave. Administrators hear of it at once, it stands in the journal under your name, and a review after the fact asks whether it was right. For emergencies only."
        button="Break the glass"
      >
        <label class="block space-y-1">
          <span class="label">Outcome</span>
          <select class="select w-full" name="outcome">
            <option value="">Choose an outcome</option>
            {overrides.map(([outcome, label]) => (
              <option value={outcome} selected={kept(data, 'override', 'outcome') === outcome}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <Words data={data} verb="override" name="reason" label="What the emergency is" />
      </Act>
    ),
  ].filter((act) => act !== false);
  if (acts.length === 0) return <></>;
  return (
    <Card title="Something else" id="acts" flush class="no-print">
      <ul class="divide-y">{acts}</ul>
    </Card>
  );
}

const overrides = [
  ['APPROVED', 'Approved'],
  ['CHANGES_REQUESTED', 'Changes requested'],
  ['REJECTED', 'Rejected'],
] as const;

type Named = readonly [handle: string, label: string];

const kept = ({ failed }: ReviewPageData, verb: ActVerb, name: string): string =>
  failed?.verb === verb ? fieldOf(failed.fields, name) : '';

function Act(props: {
  data: ReviewPageData;
  verb: ActVerb;
  icon: IconName;
  label: string;
  says: string;
  button: string;
  grave?: boolean;
  children?: Child;
}) {
  const { data, verb, grave } = props;
  const problem = data.failed?.verb === verb ? data.failed.problem : undefined;
  return (
    <li>
      <details open={problem !== undefined} name="act">
        <summary
          class={`hover:bg-muted/50 flex items-center gap-2.5 px-4 py-2 ${grave ? 'text-fail' : ''}`}
          data-act={verb}
        >
          <Icon name={props.icon} class={`size-4 ${grave ? '' : 'text-muted-foreground'}`} />
          <span class="min-w-0 flex-1">{props.label}</span>
          <Icon name="chevron-right" class="chevron text-muted-foreground size-3.5 transition-transform" />
        </summary>
        <form
          method="post"
          action={`/reviews/${encodeURIComponent(data.review.id)}/${actPaths[verb]}`}
          class={`space-y-3 px-4 pt-1 pb-4 ${grave ? 'border-fail border-s-2' : ''}`}
          data-once
        >
          {problem !== undefined && (
            <Notice look="fail" title="That was refused" alert>
              {problem}
            </Notice>
          )}
          <p class="text-muted-foreground text-[0.8125rem] leading-relaxed">{props.says}</p>
          {props.children}
          <button class="btn" {...(grave ? {} : { 'data-variant': 'outline' })}>
            {props.button}
          </button>
        </form>
      </details>
    </li>
  );
}

function Words(props: { data: ReviewPageData; verb: ActVerb; name: string; label: string }) {
  return (
    <label class="block space-y-1">
      <span class="label">{props.label}</span>
      <textarea class="textarea" name={props.name} rows={2} maxlength={4000} required>
        {kept(props.data, props.verb, props.name)}
      </textarea>
    </label>
  );
}

function People(props: {
  data: ReviewPageData;
  verb: ActVerb;
  label: string;
  people: readonly Named[];
  /** What stands for nobody in particular. */
  first?: string;
}) {
  const chosen = kept(props.data, props.verb, 'to');
  if (props.people.length === 0 && props.first === undefined)
    return (
      <label class="block space-y-1">
        <span class="label">{props.label}</span>
        <input class="input" type="text" name="to" value={chosen} placeholder="Handle" required autocomplete="off" />
      </label>
    );
  return (
    <label class="block space-y-1">
      <span class="label">{props.label}</span>
      <select class="select w-full" name="to">
        {props.first !== undefined && <option value="">{props.first}</option>}
        {props.people.map(([handle, label]) => (
          <option value={handle} selected={handle === chosen}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Whoever may decide it too, or could be asked to. */
function handOnTo({ thread: { eligibility } }: ReviewPageData): Named[] {
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
function informants({ version, review }: ReviewPageData): Named[] {
  const nameOf = useNames();
  const { caller, people } = usePage();
  const handles = new Set([version.owner, version.author, ...version.contributors, ...review.candidates.map(({ handle }) => handle)]); // prettier-ignore
  handles.delete(caller?.person.handle ?? '');
  return [...handles].filter((handle) => people.has(handle)).map((handle) => [handle, nameOf(handle)]);
}
