import type { Child, PropsWithChildren } from 'hono/jsx';
import type { AbsenceView } from '../../api/schemas/standing-in.ts';
import type { OwnAccount } from '../../api/services/own-account.ts';
import type { OwnPreferences, Subscription } from '../../api/services/own-settings.ts';
import { readFollowed, type Followed } from '../../domain/following.ts';
import { riskTiers } from '../../domain/submission.ts';
import { useNames } from '../context.ts';
import { fieldOf, type FormFields } from '../form-fields.ts';
import type { PersonName } from '../services.ts';
import { tierWords } from '../words/names.ts';
import { formatDay } from '../words/times.ts';
import { Icon } from './icon.tsx';
import { Card, Notice, PageHead } from './parts.tsx';

/** What was refused in one part of the page, with what had been written there. */
export interface SettingsProblem {
  part: 'absence' | 'notices' | 'subscriptions';
  detail: string;
  fields: FormFields;
}

export interface SettingsPageProps {
  preferences: OwnPreferences;
  subscriptions: readonly Subscription[];
  absences: readonly AbsenceView[];
  account: OwnAccount;
  colleagues: readonly PersonName[];
  /** Names of models that can be followed. */
  models: readonly string[];
  /** Handles of their owners. */
  owners: readonly string[];
  /** The part that was just changed. */
  kept: string | undefined;
  problem: SettingsProblem | undefined;
}

export function SettingsPage(props: SettingsPageProps) {
  return (
    <div class="max-w-2xl space-y-6">
      <PageHead title="Settings" lead="For you alone. What a policy asks for, it asks for all the same." />
      <Absence {...props} />
      <Notices {...props} />
      <Subscriptions {...props} />
      <Slack {...props} />
      <Keys {...props} />
      <InstallCard />
      <Pushes />
    </div>
  );
}

function Part(
  props: PropsWithChildren<{ page: SettingsPageProps; part: string; id?: string; title: string; lead: Child }>,
) {
  const { kept, problem } = props.page;
  return (
    <Card title={props.title} id={props.id ?? props.part}>
      <div class="space-y-3">
        <p class="text-muted-foreground leading-relaxed">{props.lead}</p>
        {kept === props.part && <Notice look="done" title="Kept." />}
        {problem?.part === props.part && (
          <Notice look="fail" title="That was not kept" alert>
            {problem.detail}
          </Notice>
        )}
        {props.children}
      </div>
    </Card>
  );
}

const written = ({ problem }: SettingsPageProps, part: SettingsProblem['part'], name: string): string | undefined =>
  problem?.part === part ? fieldOf(problem.fields, name) : undefined;

function Absence(page: SettingsPageProps) {
  const nameOf = useNames();
  return (
    <Part
      page={page}
      part="absence"
      title="Out of office"
      lead="While you are away your deputy is asked in your place, as far as they may decide. The two of you are one voice: whoever answers first answers for both."
    >
      {page.absences.length > 0 && (
        <ul class="divide-y rounded-md border">
          {page.absences.map(({ id, startsAt, endsAt, deputy }) => (
            <li class="flex flex-wrap items-center justify-between gap-2 px-3 py-2">
              <span>
                {/* Whole days in UTC, as they were chosen: in the viewer's zone the last could be another one. */}
                {formatDay(startsAt)} to {formatDay(endsAt)}
                <span class="text-muted-foreground">
                  {deputy === null ? ', nobody stands in' : `, ${nameOf(deputy)} stands in`}
                </span>
              </span>
              <form method="post" action={`/settings/absences/${encodeURIComponent(id)}`}>
                <button class="btn" data-variant="outline" data-size="sm">
                  Take back
                </button>
              </form>
            </li>
          ))}
        </ul>
      )}
      <form method="post" action="/settings/absences" class="grid items-end gap-3 sm:grid-cols-[1fr_1fr_1.4fr_auto]">
        <label class="space-y-1">
          <span class="label">First day</span>
          <input class="input" type="date" name="from" required value={written(page, 'absence', 'from')} />
        </label>
        <label class="space-y-1">
          <span class="label">Last day</span>
          <input class="input" type="date" name="to" required value={written(page, 'absence', 'to')} />
        </label>
        <label class="space-y-1">
          <span class="label">Deputy</span>
          <select class="select w-full" name="deputy">
            <option value="">Nobody</option>
            {page.colleagues.map(({ handle, name }) => (
              <option value={handle} selected={written(page, 'absence', 'deputy') === handle}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button class="btn">Say so</button>
      </form>
      <p class="text-muted-foreground text-xs">Days are whole days in UTC.</p>
    </Part>
  );
}

function Notices(page: SettingsPageProps) {
  const { channels, quietHours, digest, timeZone } = page.preferences;
  const value = (name: string, standing: string | undefined) => written(page, 'notices', name) ?? standing ?? '';
  return (
    <Part
      page={page}
      part="notices"
      title="How you are told"
      lead="The inbox always shows what waits for you. Beside it reviews reach you here:"
    >
      <form method="post" action="/settings/notices" class="space-y-3">
        <fieldset class="flex flex-wrap gap-x-6 gap-y-2">
          <legend class="sr-only">Channels</legend>
          {(
            [
              ['slack', 'Slack'],
              ['email', `E-mail to ${page.account.email}`],
            ] as const
          ).map(([channel, label]) => (
            <label class="flex items-center gap-2 break-all">
              <input
                type="checkbox"
                class="accent-foreground size-4"
                name={`channel.${channel}`}
                value="yes"
                checked={channels?.includes(channel) ?? true}
              />
              {label}
            </label>
          ))}
        </fieldset>
        <div class="grid gap-3 sm:grid-cols-3">
          <label class="space-y-1">
            <span class="label">Quiet from</span>
            <input class="input" type="time" name="quietFrom" value={value('quietFrom', quietHours?.from)} />
          </label>
          <label class="space-y-1">
            <span class="label">until</span>
            <input class="input" type="time" name="quietTo" value={value('quietTo', quietHours?.to)} />
          </label>
          <label class="space-y-1">
            <span class="label">Time zone</span>
            <input
              class="input"
              type="text"
              name="timeZone"
              value={value('timeZone', timeZone)}
              placeholder="Europe/Berlin"
              autocomplete="off"
              list="time-zones"
            />
            <datalist id="time-zones">
              {Intl.supportedValuesOf('timeZone').map((zone) => (
                <option value={zone} />
              ))}
            </datalist>
          </label>
        </div>
        <label class="flex items-center gap-2">
          <input type="checkbox" class="accent-foreground size-4" name="digest" value="yes" checked={digest ?? false} />
          One mail a day instead of one for each notice
        </label>
        <button class="btn" data-variant="outline">
          Keep
        </button>
      </form>
    </Part>
  );
}

/** What can be followed, and how a sentence names it: `All models`, `High risk`, `Models of Ada King`, `mortgage-denial`. */
function useFollowWords(): (followed: Followed) => string {
  const nameOf = useNames();
  return (followed) => {
    const thing = readFollowed(followed);
    switch (thing.kind) {
      case 'all':
        return 'All models';
      case 'tier':
        return tierWords[thing.tier];
      case 'owner':
        return `Models of ${nameOf(thing.owner)}`;
      case 'model':
        return thing.model;
    }
  };
}

function Subscriptions(page: SettingsPageProps) {
  const { subscriptions, models, owners } = page;
  const wordsOf = useFollowWords();
  const isLeft = (followed: Followed) => !subscriptions.some(({ model }) => model === followed);
  const groups: [string, Followed[]][] = [
    ['By risk', riskTiers.toReversed().map((tier) => `tier:${tier}`)],
    ['By owner', owners.map((owner) => `owner:${owner}`)],
    ['One model', [...models]],
  ];
  return (
    <Part
      page={page}
      part="subscriptions"
      title="Models you follow"
      lead="You hear of their outcomes and stages, also where you are not asked."
    >
      {subscriptions.length > 0 && (
        <ul class="flex flex-wrap gap-2">
          {subscriptions.map(({ model }) => (
            <li class="max-w-full">
              <form method="post" action="/settings/subscriptions">
                <input type="hidden" name="model" value={model} />
                <button
                  class="btn h-auto min-h-7 max-w-full py-1 text-start break-all whitespace-normal"
                  data-variant="outline"
                  data-size="sm"
                  name="do"
                  value="remove"
                  aria-label={`Follow ${model === '*' ? 'all models' : wordsOf(model)} no more`}
                >
                  {wordsOf(model)} <Icon name="x" />
                </button>
              </form>
            </li>
          ))}
        </ul>
      )}
      <form method="post" action="/settings/subscriptions" class="flex flex-wrap items-end gap-2">
        <label class="min-w-0 flex-1 basis-56 space-y-1">
          <span class="label">Models</span>
          <select class="select w-full" name="model">
            <option value="*">All models</option>
            {groups
              .map(([label, all]) => [label, all.filter(isLeft)] as const)
              .filter(([, left]) => left.length > 0)
              .map(([label, left]) => (
                <optgroup label={label}>
                  {left.map((followed) => (
                    <option value={followed}>{wordsOf(followed)}</option>
                  ))}
                </optgroup>
              ))}
          </select>
        </label>
        <button class="btn" data-variant="outline">
          Follow
        </button>
      </form>
    </Part>
  );
}

function Slack(page: SettingsPageProps) {
  const { slackUserId } = page.account;
  return (
    <Part
      page={page}
      part="slack"
      title="Slack"
      lead={
        slackUserId === null ? (
          <>
            Your Slack account is not linked. Send <code class="mono">/countersign</code> to Countersign in Slack: it
            answers with a link that opens here and links the two once.
          </>
        ) : (
          <>
            Linked to <code class="mono">{slackUserId}</code>. What you press there counts as you.
          </>
        )
      }
    />
  );
}

function Keys(page: SettingsPageProps) {
  const isOn = page.preferences.shortcuts ?? true;
  return (
    <Part
      page={page}
      part="shortcuts"
      id="shortcuts-setting"
      title="Single keys"
      lead={
        <>
          <kbd class="kbd">J</kbd> <kbd class="kbd">K</kbd> move, <kbd class="kbd">X</kbd> marks,{' '}
          <kbd class="kbd">A</kbd> <kbd class="kbd">C</kbd> <kbd class="kbd">R</kbd> choose an outcome,{' '}
          <kbd class="kbd">/</kbd> searches. Whoever speaks to their computer switches them off.
        </>
      }
    >
      <form method="post" action="/settings/shortcuts" class="flex items-center gap-3">
        <span>
          They are <span class="font-medium">{isOn ? 'on' : 'off'}</span>.
        </span>
        <button class="btn" data-variant="outline" name="shortcuts" value={isOn ? 'off' : 'on'}>
          Switch them {isOn ? 'off' : 'on'}
        </button>
      </form>
    </Part>
  );
}

/** Filled in by the script where the browser can install pages as apps. */
function InstallCard() {
  return (
    <Card title="As an app" id="app">
      <p class="text-muted-foreground leading-relaxed">
        Your browser can put Countersign among your apps: “Install” in its menu, or “Add to Home Screen” on a phone. It
        shows the same pages, and keeps none of them on the device.
      </p>
    </Card>
  );
}

/** Shown by the script where the browser can take pushes. */
function Pushes() {
  return (
    <div data-pushes hidden>
      <Card title="Pushes" id="pushes">
        <div class="space-y-3">
          <p class="text-muted-foreground leading-relaxed">
            A review that comes to you, a reminder, a question or a mention shows on this device, also while no page is
            open. Quiet hours hold it back. Whoever looks at the screen reads it.
          </p>
          <p role="status" data-pushes-state />
          <button type="button" class="btn" data-variant="outline" data-pushes-press />
        </div>
      </Card>
    </div>
  );
}
