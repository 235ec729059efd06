import { Hono } from 'hono';
import type { Role } from '../../domain/actor.ts';
import { Refused } from '../../domain/errors.ts';
import { Icon } from '../components/icon.tsx';
import { DidNotWork, PersonButton, TokenField } from '../components/sign-in-parts.tsx';
import type { Web, WebEnv } from '../context.ts';
import { problems } from '../../api/errors.ts';
import { fieldOf } from '../form-fields.ts';
import { queryOf, safeNext } from '../routes.ts';
import { sendPage } from '../send-page.tsx';
import type { PersonName } from '../services.ts';
import { roleWords } from '../words/names.ts';

/** Who comes in, and how they leave. */
export function signInRoutes(web: Web): Hono<WebEnv> {
  const { services } = web;
  const routes = new Hono<WebEnv>();

  routes.get('/sign-in', async (context) => {
    const next = safeNext(queryOf(context, 'next'));
    if (context.get('caller')) return context.redirect(next, 303);
    return sendSignIn(next, undefined)(context);
  });

  routes.post('/sign-in', async (context) => {
    const fields = await context.req.parseBody({ all: true });
    const field = (name: string) => fieldOf(fields, name).trim();
    const next = safeNext(field('next'));
    try {
      if (web.demo && field('handle') !== '') await services.signInDemo(context, field('handle'));
      else if (field('token') === '') throw new Refused('INVALID', 'Paste your access token.');
      else await services.signInWithToken(context, field('token'));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return sendSignIn(next, error)(context);
    }
    return context.redirect(next, 303);
  });

  routes.post('/sign-out', async (context) => {
    await services.signOut(context);
    return context.redirect('/sign-in', 303);
  });

  const sendSignIn = (next: string, refusal: Refused | undefined) => async (context: Parameters<typeof sendPage>[0]) =>
    sendPage(context, web, {
      title: 'Sign in',
      ...(refusal ? { status: problems[refusal.code].status } : {}),
      content: <SignInPage people={web.demo ? await services.listDemoPeople() : []} next={next} refusal={refusal} />,
    });

  return routes;
}

const groups: { role: Role; does: string }[] = [
  { role: 'validator', does: 'Check a version’s evidence' },
  { role: 'domain_expert', does: 'Know what it is used for' },
  { role: 'compliance', does: 'Answer for the rules' },
  { role: 'submitter', does: 'Make models' },
  { role: 'auditor', does: 'Read everything, decide nothing' },
  { role: 'administrator', does: 'Run the system, decide nothing' },
];

function SignInPage({
  people,
  next,
  refusal,
}: {
  people: readonly PersonName[];
  next: string;
  refusal: Refused | undefined;
}) {
  return (
    <div class={`mx-auto space-y-6 pt-6 sm:pt-12 ${people.length > 0 ? 'max-w-2xl' : 'max-w-sm'}`}>
      <div class="space-y-1.5">
        <p class="text-muted-foreground text-[0.8125rem] font-medium">Countersign</p>
        <h1 class="text-2xl font-semibold tracking-tight">{people.length > 0 ? 'Who are you today?' : 'Sign in'}</h1>
        <p class="text-muted-foreground leading-relaxed">
          {people.length > 0
            ? 'Each of these people sees what their role may see, and may answer what their role may answer. Nobody decides on their own work.'
            : 'Human sign-off for machine-learning models.'}
        </p>
      </div>
      <DidNotWork refusal={refusal} />
      {people.length > 0 && <People people={people} next={next} />}
      {people.length > 0 ? (
        <details open={refusal !== undefined}>
          <summary class="text-muted-foreground hover:text-foreground inline-flex items-center gap-1.5">
            <Icon name="chevron-right" class="chevron size-3.5 transition-transform" /> Sign in with an access token
          </summary>
          <div class="max-w-sm pt-3">
            <TokenForm next={next} />
          </div>
        </details>
      ) : (
        <TokenForm next={next} />
      )}
    </div>
  );
}

function People({ people, next }: { people: readonly PersonName[]; next: string }) {
  return (
    <form method="post" action="/sign-in" class="grid gap-x-4 gap-y-5 sm:grid-cols-2">
      <input type="hidden" name="next" value={next} />
      {groups.map(({ role, does }) => {
        const members = people.filter((person) => person.roles[0] === role);
        if (members.length === 0) return <></>;
        return (
          <section class="space-y-2" aria-label={roleWords[role]}>
            <h2 class="text-muted-foreground text-xs font-medium">{does}</h2>
            <div class="card divide-y overflow-hidden">
              {members.map((person) => (
                <PersonButton
                  field="handle"
                  person={person}
                  label={person.name}
                  below={roleWords[role]}
                  class="-outline-offset-2!"
                />
              ))}
            </div>
          </section>
        );
      })}
    </form>
  );
}

function TokenForm({ next }: { next: string }) {
  return (
    <form method="post" action="/sign-in" class="space-y-3">
      <input type="hidden" name="next" value={next} />
      <TokenField
        name="token"
        label="Access token"
        hint="An administrator makes one for you; it is the same that the command line uses."
      />
      <button class="btn w-full" data-size="lg">
        Sign in
      </button>
    </form>
  );
}
