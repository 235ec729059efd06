// Proving again who sits before the browser: by itself, or with a decision that waits to be signed.
import { Hono, type Context } from 'hono';
import { problems } from '../../api/errors.ts';
import type { ReviewView } from '../../api/schemas/views.ts';
import type { Proof } from '../../api/services/step-up.ts';
import { Refused } from '../../domain/errors.ts';
import type { DecideCommand } from '../../domain/review.ts';
import { DidNotWork, PersonButton, TokenField } from '../components/sign-in-parts.tsx';
import { WhatIsSigned } from '../components/what-is-signed.tsx';
import { usePage, type Web, type WebEnv } from '../context.ts';
import { fieldOf, type FormFields } from '../form-fields.ts';
import { callerOf, queryOf, requireCaller, safeNext } from '../routes.ts';
import { sendPage } from '../send-page.tsx';

export function stepUpRoutes(web: Web): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();

  routes.get('/step-up', requireCaller, (context) =>
    sendStepUp(context, web, { action: '/step-up', hidden: [['next', safeNext(queryOf(context, 'next'))]] }),
  );

  routes.post('/step-up', requireCaller, async (context) => {
    const fields = await context.req.parseBody({ all: true });
    const next = safeNext(fieldOf(fields, 'next'));
    try {
      await web.services.stepUp(context, callerOf(context), proofOf(fields));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return sendStepUp(context, web, { action: '/step-up', hidden: [['next', next]], refusal: error });
    }
    return context.redirect(next, 303);
  });

  return routes;
}

/** What the step-up part of a form says; undefined when the form has none. */
export const readProof = (fields: FormFields): Proof | undefined =>
  fieldOf(fields, 'proof.token') !== '' || fieldOf(fields, 'proof.handle') !== '' ? proofOf(fields) : undefined;

function proofOf(fields: FormFields): Proof {
  const handle = fieldOf(fields, 'proof.handle').trim();
  return handle === '' ? { token: fieldOf(fields, 'proof.token').trim() } : { handle };
}

export interface StepUpProps {
  /** Where the proof goes. */
  action: string;
  /** Sent along: where to go then, or a whole decision that waits to be signed. */
  hidden: readonly (readonly [name: string, value: string])[];
  /** What is signed. */
  signing?: { meaning: string; review: ReviewView; command: DecideCommand; back: string };
  refusal?: Refused;
}

export const sendStepUp = (context: Context<WebEnv>, web: Web, props: StepUpProps) =>
  sendPage(context, web, {
    title: props.signing ? 'Sign your decision' : 'Confirm that it is you',
    handles: props.signing?.command.form.conditions?.map(({ owner }) => owner) ?? [],
    ...(props.refusal ? { status: problems[props.refusal.code].status } : {}),
    content: <StepUpPage {...props} />,
  });

/** Every field of a form as hidden ones, so that nothing written is lost; those of an earlier proof are left out. */
export const keptFields = (fields: FormFields): [string, string][] =>
  Object.entries(fields)
    .filter(([name]) => !name.startsWith('proof.'))
    .flatMap(([name, value]) =>
      [value].flat().flatMap((one): [string, string][] => (typeof one === 'string' ? [[name, one]] : [])),
    );

function StepUpPage({ action, hidden, signing, refusal }: StepUpProps) {
  const { caller, demo } = usePage();
  if (!caller) return <></>;
  const { person } = caller;
  return (
    <div class="mx-auto max-w-md space-y-5 pt-6 sm:pt-12">
      <div class="space-y-1.5">
        <h1 class="text-2xl font-semibold tracking-tight">
          {signing ? 'Sign your decision' : 'Confirm that it is you'}
        </h1>
        <p class="text-muted-foreground leading-relaxed">
          {signing
            ? 'The policy wants this decision signed. Nothing is recorded yet; what you wrote is kept.'
            : 'For the next five minutes your decisions are signed with your name.'}
        </p>
      </div>
      <DidNotWork refusal={refusal} />
      {signing && (
        <dl class="card grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 p-4">
          <WhatIsSigned review={signing.review} command={signing.command} />
          <dt class="text-muted-foreground">You sign as</dt>
          <dd class="font-medium">
            {person.name}: {signing.meaning}
          </dd>
        </dl>
      )}
      <form method="post" action={action} class="space-y-3" data-decision-form>
        {hidden.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        {demo ? (
          <PersonButton
            field="proof.handle"
            person={person}
            label={signing ? `Sign as ${person.name}` : `I am ${person.name}`}
            class="card"
          />
        ) : (
          <>
            <TokenField name="proof.token" label="Your access token" />
            <button class="btn w-full" data-size="lg">
              {signing ? `Sign as ${person.name}` : 'Confirm'}
            </button>
          </>
        )}
      </form>
      {signing && (
        <p class="text-muted-foreground text-[0.8125rem]">
          <a class="link" href={signing.back}>
            Back to the review
          </a>{' '}
          without deciding.
        </p>
      )}
    </div>
  );
}
