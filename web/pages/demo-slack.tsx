// The demo's Slack: its channel and everybody's direct messages, drawn from the very blocks that were sent. None of this exists outside of demo mode.
import { Hono } from 'hono';
import type { Screen, ScreenMessage, SlackWorkspace } from '../../api/services/slack-workspace.ts';
import { Refused } from '../../domain/errors.ts';
import { Icon } from '../components/icon.tsx';
import { initialsOf } from '../components/parts.tsx';
import { SlackBlocks, SlackInput, Words, type PressForm, type SlackBlock } from '../components/slack-blocks.tsx';
import { Time } from '../components/time.tsx';
import type { Web, WebEnv } from '../context.ts';
import { hrefWith, queryOf } from '../routes.ts';
import { sendPage } from '../send-page.tsx';

const MOST_SHOWN = 40;
const path = '/demo/slack';

export function demoSlackRoutes(web: Web, slack: SlackWorkspace): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  const firstUser = slack.people[0]?.userId ?? '';

  const personOf = (handle: string | undefined) => slack.people.find(({ userId }) => userId === handle)?.userId;
  const placeOf = (place: string | undefined) => (place === 'dm' || place === 'home' ? place : slack.channel.id);

  routes.get('/demo/slack', async (context) => {
    if (context.req.query('format') === 'json') return context.json(slack.everything());
    const user = personOf(queryOf(context, 'as')) ?? ownUserOf(context.get('caller')?.person.name) ?? firstUser;
    const place = placeOf(queryOf(context, 'in'));
    const screen = slack.look(user, place);
    if (!screen) throw new Refused('NOT_FOUND', 'There is nobody of this name in the demo’s Slack.');
    return sendPage(context, web, {
      title: 'Slack of the demo',
      content: <SlackPage slack={slack} screen={screen} place={place} />,
    });
  });

  /** Somebody who is signed in looks at their own Slack first. */
  const ownUserOf = (name: string | undefined) => slack.people.find((person) => person.name === name)?.userId;

  /** Reads the form, lets the person act, and shows them their screen again. */
  const act = (name: string, work: (user: string, place: string, fields: Record<string, string>) => Promise<void>) =>
    routes.post(`${path}/${name}`, async (context) => {
      const form = await context.req.parseBody();
      const fields = Object.fromEntries(Object.entries(form).map(([key, value]) => [key, typeof value === 'string' ? value : ''])); // prettier-ignore
      const user = personOf(fields['.as']);
      if (user === undefined) throw new Refused('INVALID', 'There is nobody of this name in the demo’s Slack.');
      const place = placeOf(fields['.in']);
      await work(user, place, fields);
      // A private note stands at the end of the conversation.
      const last = slack.look(user, place)?.messages.at(-1);
      const at = last?.isPrivate ? last.ts : fields.ts;
      const anchor = /^[\d.]{1,30}$/.test(at ?? '') ? `#m-${at}` : '';
      return context.redirect(`${hrefWith(path, { as: user, in: place })}${anchor}`, 303);
    });

  const numberOf = (text: string | undefined) => (/^\d{1,3}$/.test(text ?? '') ? Number(text) : -1);
  act('press', (user, place, { ts, view, block, element }) =>
    slack.press(user, {
      place,
      ...(ts === undefined ? {} : { ts }),
      ...(view === undefined ? {} : { viewId: view }),
      block: numberOf(block),
      element: numberOf(element),
    }),
  );
  act('submit', async (user, _place, { '.view': view = '', '.close': close, ...fields }) => {
    if (close === undefined) await slack.submit(user, view, fields);
    else slack.close(user, view);
  });
  act('command', (user, place, { text = '' }) => slack.command(user, place, text.replace(/^\/countersign\s*/, '')));
  act('home', (user) => slack.openHome(user));

  routes.get('/demo/slack/picture/:id', (context) => {
    const bytes = slack.picture(context.req.param('id'));
    if (!bytes) throw new Refused('NOT_FOUND', 'There is no such picture.');
    return context.body(new Uint8Array(bytes), 200, { 'content-type': 'image/png', 'x-content-type-options': 'nosniff' }); // prettier-ignore
  });
  return routes;
}

function SlackPage({ slack, screen, place }: { slack: SlackWorkspace; screen: Screen; place: string }) {
  const { me, modal } = screen;
  return (
    <div class="space-y-4">
      <div class="space-y-1">
        <h1 class="text-2xl font-semibold tracking-tight">Slack of the demo</h1>
        <p class="text-muted-foreground max-w-[46rem] leading-relaxed text-pretty">
          What Slack would show, drawn on this machine from the very messages that Countersign sent. Each button posts the
          signed request that Slack would. No Slack account is involved. The same reviews wait in <a href="/reviews" class="underline">the inbox</a>.
        </p>
      </div>
      <div class="space-y-4" inert={modal !== undefined}>
        <People slack={slack} me={me.userId} place={place} />
        <div class="bg-card overflow-hidden rounded-lg border shadow-sm md:grid md:grid-cols-[13rem_1fr]">
        <Sidebar slack={slack} screen={screen} place={place} />
        <section class="flex min-w-0 flex-col" aria-labelledby="conversation">
          <header class="border-b px-4 py-3">
            <h2 class="font-bold" id="conversation">
              {place === 'home' ? 'Home' : place === 'dm' ? 'Countersign' : `# ${screen.conversation.name}`}
            </h2>
            <p class="text-muted-foreground text-xs">
              {place === 'home' ? `The app’s Home, as ${me.name} sees it` : place === 'dm' ? `Direct messages to ${me.name}` : 'Everybody reads along'}
            </p>
          </header>
          {place === 'home' ? <HomeTab screen={screen} /> : <Messages screen={screen} place={place} />}
          {place !== 'home' && <Composer me={me.userId} place={place} />}
        </section>
      </div>
      </div>
      {modal && <Modal slack={slack} screen={screen} place={place} modal={modal} />}
    </div>
  ); // prettier-ignore
}

function People({ slack, me, place }: { slack: SlackWorkspace; me: string; place: string }) {
  return (
    <nav aria-label="Whose Slack" class="flex flex-wrap items-center gap-2">
      <span class="text-muted-foreground text-[0.8125rem]">You look as</span>
      {slack.people.map(({ userId, name }) => (
        <a
          href={hrefWith(path, { as: userId, in: place })}
          class="badge bg-card aria-[current]:bg-primary aria-[current]:text-primary-foreground min-h-7"
          {...(userId === me ? { 'aria-current': 'true' } : {})}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}

function Sidebar({ slack, screen: { me }, place }: { slack: SlackWorkspace; screen: Screen; place: string }) {
  const item = 'flex min-h-9 w-full cursor-pointer items-center gap-2 rounded-md px-3 text-start whitespace-nowrap text-white/90 hover:bg-white/10 aria-[current]:bg-white aria-[current]:font-semibold aria-[current]:text-[#39103a] md:min-h-8'; // prettier-ignore
  const link = (target: string, label: string, icon: 'hash' | 'message-square') => (
    <a
      href={hrefWith(path, { as: me.userId, in: target })}
      class={item}
      {...(place === target ? { 'aria-current': 'page' } : {})}
    >
      <Icon name={icon} class="size-4" />
      {label}
    </a>
  );
  return (
    <nav aria-label="Conversations" class="flex gap-1 overflow-x-auto bg-[#39103a] p-2 md:block md:space-y-1 md:p-3">
      <p class="hidden px-3 pb-3 font-bold text-white md:block">Countersign demo</p>
      {link(slack.channel.id, slack.channel.name, 'hash')}
      {link('dm', 'Countersign', 'message-square')}
      <form method="post" action={`${path}/home`}>
        <input type="hidden" name=".as" value={me.userId} />
        <input type="hidden" name=".in" value="home" />
        <button class={item} {...(place === 'home' ? { 'aria-current': 'page' } : {})}>
          <Icon name="house" class="size-4" />
          Home
        </button>
      </form>
    </nav>
  );
}

const pressOf = (me: string, place: string, hidden: Record<string, string>): PressForm => ({
  action: `${path}/press`,
  hidden: { '.as': me, '.in': place, ...hidden },
});

function Messages({ screen, place }: { screen: Screen; place: string }) {
  const shown = screen.messages.slice(-MOST_SHOWN);
  const more = screen.messages.length - shown.length;
  if (shown.length === 0)
    return (
      <p class="text-muted-foreground px-4 py-10 text-center text-pretty">
        Nothing here yet. A card appears as soon as somebody is asked: submit a version, or run <code>npm run example</code>.
      </p>
    ); // prettier-ignore
  return (
    <ol class="divide-border/60 divide-y py-1">
      {more > 0 && <li class="text-muted-foreground px-4 py-2 text-xs">{more} older messages are not shown</li>}
      {shown.map((message) => (
        <li id={`m-${message.ts}`} class={`scroll-mt-16 px-4 py-3 ${message.isPrivate ? 'bg-warn/10' : ''}`}>
          <Message message={message} me={screen.me.userId} place={place} />
        </li>
      ))}
    </ol>
  );
}

function Message({ message, me, place }: { message: ScreenMessage; me: string; place: string }) {
  const blocks = message.blocks as SlackBlock[];
  return (
    <article class="flex gap-3">
      <span
        class="bg-primary text-primary-foreground flex size-9 shrink-0 items-center justify-center rounded-md text-xs font-bold"
        aria-hidden="true"
      >
        {initialsOf('Counter Sign')}
      </span>
      <div class="min-w-0 flex-1 space-y-1.5">
        <p class="flex flex-wrap items-baseline gap-x-2">
          <span class="font-bold">Countersign</span>
          <span class="bg-muted text-muted-foreground rounded px-1 text-[0.625rem] font-semibold">APP</span>
          <span class="text-muted-foreground text-xs">
            <Time at={new Date(Number(message.ts) * 1000).toISOString()} />
          </span>
        </p>
        {message.isPrivate && <p class="text-muted-foreground text-xs">Only visible to you</p>}
        {blocks.length > 0 ? (
          <SlackBlocks blocks={blocks} press={pressOf(me, place, { ts: message.ts })} />
        ) : (
          message.pictures.length === 0 && <Words text={{ type: 'mrkdwn', text: message.text }} />
        )}
        {message.pictures.map(({ id, alt, title }) => (
          <figure>
            <figcaption class="text-muted-foreground text-xs">{title}</figcaption>
            <img src={`${path}/picture/${id}`} alt={alt} class="mt-1 w-full max-w-md rounded-md border bg-white" />
          </figure>
        ))}
        {message.isEdited && <p class="text-muted-foreground text-xs">(edited)</p>}
        {message.replies.length > 0 && (
          <details class="pt-1">
            <summary class="text-[0.8125rem] font-semibold text-[var(--chart-1)]">
              {message.replies.length === 1 ? '1 reply' : `${message.replies.length} replies`}
            </summary>
            <ol class="mt-2 space-y-3 border-s-2 ps-3">
              {message.replies.map((reply) => (
                <li>
                  <Message message={reply} me={me} place={place} />
                </li>
              ))}
            </ol>
          </details>
        )}
      </div>
    </article>
  );
}

function HomeTab({ screen }: { screen: Screen }) {
  if (!screen.home) return <p class="text-muted-foreground px-4 py-10 text-center">Press Home to open it.</p>;
  return (
    <div class="px-4 py-4">
      <SlackBlocks
        blocks={screen.home.blocks as SlackBlock[]}
        press={pressOf(screen.me.userId, 'home', { view: screen.home.viewId })}
      />
    </div>
  );
}

function Composer({ me, place }: { me: string; place: string }) {
  return (
    <form method="post" action={`${path}/command`} class="mt-auto flex gap-2 border-t p-3">
      <input type="hidden" name=".as" value={me} />
      <input type="hidden" name=".in" value={place} />
      <label class="sr-only" for="command">
        Command
      </label>
      <input class="input min-w-0 flex-1" id="command" name="text" value="/countersign" autocomplete="off" />
      <button class="btn" data-variant="outline">
        Send
      </button>
    </form>
  );
}

type OpenModal = NonNullable<Screen['modal']>;

function Modal(props: { slack: SlackWorkspace; screen: Screen; place: string; modal: OpenModal }) {
  const { slack, screen, place, modal } = props;
  const view = modal.view as { title?: { text: string }; submit?: { text: string }; close?: { text: string }; blocks: SlackBlock[] }; // prettier-ignore
  return (
    <div class="fixed inset-0 z-50 flex items-end justify-center bg-black/50 p-0 sm:items-center sm:p-6">
      <div
        class="bg-card flex max-h-full w-full max-w-lg flex-col rounded-t-lg border shadow-lg sm:rounded-lg"
        role="dialog"
        aria-modal="true"
        aria-labelledby="modal-title"
      >
        <form method="post" action={`${path}/submit`} class="flex min-h-0 flex-col" novalidate>
          <input type="hidden" name=".as" value={screen.me.userId} />
          <input type="hidden" name=".in" value={place} />
          <input type="hidden" name=".view" value={modal.viewId} />
          <h2 class="border-b px-5 py-4 text-lg font-bold" id="modal-title">
            {view.title?.text}
          </h2>
          <div class="min-h-0 space-y-4 overflow-y-auto px-5 py-4" tabindex={0} role="group" aria-label="The form">
            {view.blocks.map((block) =>
              block.type === 'input' ? (
                <SlackInput
                  block={block}
                  value={modal.values[block.block_id ?? ''] ?? ''}
                  error={modal.errors[block.block_id ?? '']}
                  people={slack.people}
                />
              ) : (
                <SlackBlocks blocks={[block]} press={pressOf(screen.me.userId, place, {})} />
              ),
            )}
          </div>
          <div class="flex justify-end gap-2 border-t px-5 py-3">
            <button class="btn" data-variant="outline" name=".close" value="yes">
              {view.close?.text ?? 'Close'}
            </button>
            {view.submit && <button class="btn">{view.submit.text}</button>}
          </div>
        </form>
      </div>
    </div>
  );
}
