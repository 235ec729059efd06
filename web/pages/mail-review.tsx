// Where the link of a mail leads: the review to read, and a form that decides once, when pressed. Looking changes nothing, however often and by whomever.
import { Hono, type Context } from 'hono';
import type { MailReview, OfferedOutcome } from '../../api/services/mail-review.ts';
import { problems } from '../../api/errors.ts';
import { Refused } from '../../domain/errors.ts';
import type { AssuranceLevel } from '../../domain/assurance.ts';
import { DecisionForm } from '../components/decision-form.tsx';
import { emptyForm, type FormState } from '../components/form-state.ts';
import { FindingList } from '../components/finding-list.tsx';
import { Icon } from '../components/icon.tsx';
import { Badge, Card, DigestBadge, DueBadge, Notice, PageHead } from '../components/parts.tsx';
import { usePage, type Web, type WebEnv } from '../context.ts';
import { fieldOf } from '../form-fields.ts';
import { reviewHref } from '../links.ts';
import { markUnanswered, readDecisionForm, withRefusal } from '../read-decision-form.ts';
import { sendPage } from '../send-page.tsx';
import type { Receipt } from '../services.ts';
import { decisionVerbs, tierWords } from '../words/names.ts';
import { describeNextSteps } from '../words/next-steps.ts';
import { describeProgress } from '../words/progress.ts';

export function mailReviewRoutes(web: Web): Hono<WebEnv> {
  const { services } = web;
  const routes = new Hono<WebEnv>();

  const sendReview = async (
    context: Context<WebEnv>,
    pass: { reviewId: string; code: string },
    form: FormState,
    status?: (typeof problems)[keyof typeof problems]['status'],
  ) => {
    context.header('X-Robots-Tag', 'noindex, nofollow');
    const opened = await services.openMailReview(context, pass);
    if (!opened) return sendSpent(context, web, pass.reviewId);
    const { caller, review } = opened;
    const [process, [owner]] = await Promise.all([
      services.getProcess(caller, review.process.id),
      services.namePeople([review.requestedBy]),
    ]);
    const nextSteps = describeNextSteps({
      review,
      signOffs: process.signOffs,
      rules: undefined,
      ownerName: owner?.name ?? review.requestedBy,
    });
    return sendPage(context, web, {
      title: review.question,
      handles: [caller.person.handle, review.requestedBy, ...review.decisions.map(({ by }) => by)],
      content: (
        <MailReviewPage
          opened={opened}
          code={pass.code}
          nextSteps={nextSteps}
          form={markUnanswered(form, review.findingsToAnswer)}
        />
      ),
      ...(status ? { status } : {}),
    });
  };

  routes.get('/mail/reviews/:id', (context) =>
    sendReview(context, { reviewId: context.req.param('id'), code: context.req.query('code') ?? '' }, emptyForm),
  );

  routes.post('/mail/reviews/:id', async (context) => {
    const fields = await context.req.parseBody({ all: true });
    const pass = { reviewId: context.req.param('id'), code: fieldOf(fields, 'code') };
    const opened = await services.openMailReview(context, pass);
    const { form, command } = readDecisionForm(fields, opened?.review.form);
    const press = command && { ...pass, formToken: fieldOf(fields, 'formToken'), command };
    if (!opened) {
      if (press) await services.keepLatePress(context, press);
      return sendSpent(context, web, pass.reviewId);
    }
    if (!press) return sendReview(context, pass, form, 422);
    try {
      const receipt = await services.decideByMail(context, press);
      if (!receipt) return await sendSpent(context, web, pass.reviewId);
      return await sendPage(context, web, { title: 'Your decision is recorded', content: <Recorded receipt={receipt} /> });
    } catch (error) {
      if (!(error instanceof Refused) || error.code === 'RATE_LIMITED') throw error;
      return sendReview(context, pass, withRefusal(form, error), problems[error.code].status);
    }
  }); // prettier-ignore

  return routes;
}

/** One answer for every code that does not decide: it tells nobody why. */
function sendSpent(context: Context<WebEnv>, web: Web, reviewId: string) {
  context.header('X-Robots-Tag', 'noindex, nofollow');
  return sendPage(context, web, {
    title: 'This link no longer decides',
    status: 410,
    content: <Spent reviewId={reviewId} />,
  });
}

function Spent({ reviewId }: { reviewId: string }) {
  const { caller } = usePage();
  return (
    <div class="mx-auto max-w-md space-y-4 pt-10">
      <PageHead
        title="This link no longer decides"
        lead="It was used, it is too old, or the review moved on since the mail was sent. A link also decides for nobody but the person it was sent to. Sign in to see how the review stands, and to decide if you are still asked."
      />
      <a class="btn" href={reviewHref(reviewId)}>
        {caller ? 'Open the review' : 'Sign in and open the review'} <Icon name="arrow-right" />
      </a>
    </div>
  );
}

function Recorded({ receipt: { decision, review } }: { receipt: Receipt }) {
  return (
    <div class="mx-auto max-w-xl space-y-4 pt-10">
      <PageHead
        title={`You ${decisionVerbs[decision.outcome]}`}
        lead={
          review.outcome === null
            ? `Your decision is recorded and stays in the journal. Still open: ${describeProgress({ ...review, closedAt: null })}.`
            : 'Your decision is recorded and stays in the journal. It was the one that settled the review.'
        }
      />
      <blockquote class="text-muted-foreground border-s-2 ps-3 break-words">“{decision.reason}”</blockquote>
      <p class="text-muted-foreground text-[0.8125rem]">
        The link in the mail is used up. You are not signed in by it.{' '}
        <a class="underline underline-offset-2" href={reviewHref(decision.reviewId)}>
          Follow the review
        </a>
      </p>
    </div>
  );
}

const outcomeVerbs: Record<OfferedOutcome, string> = {
  APPROVED: 'Approve',
  CHANGES_REQUESTED: 'Request changes',
  REJECTED: 'Reject',
};

const levelWords: Record<AssuranceLevel, string> = {
  email: 'here',
  slack: 'in Slack, or signed in',
  web: 'signed in',
  webStepUp: 'signed in, with your identity proved once more',
};

interface MailReviewProps {
  opened: MailReview;
  code: string;
  nextSteps: ReturnType<typeof describeNextSteps>;
  form: FormState;
}

function MailReviewPage({ opened, code, nextSteps, form }: MailReviewProps) {
  const { review, pack, hidden, offers, caller } = opened;
  const here = offers.filter(({ isHere }) => isHere).map(({ outcome }) => outcome);
  return (
    <div class="review-grid">
      <div class="review-top flex min-w-0 flex-col gap-6">
        <PageHead
          trail={[
            { label: review.modelVersion.model },
            { label: `version ${review.modelVersion.version}` },
            { label: review.title },
          ]}
          title={review.question}
          lead={review.summary}
          badges={
            <>
              <Badge>{tierWords[review.riskTier]}</Badge>
              <Badge>Round {review.round}</Badge>
              <DueBadge dueAt={review.dueAt} />
              <DigestBadge digest={review.evidenceDigest} />
            </>
          }
        />
        {hidden.includes('findings') ? (
          <Notice title="What was found is shown to whoever is signed in" />
        ) : (
          <FindingList pack={pack} canJudge={here.includes('APPROVED')} />
        )}
      </div>
      <aside class="review-aside min-w-0 space-y-4" aria-label="Decision">
        {here.length > 0 && (
          <section class="card" id="decision" aria-labelledby="decision-heading">
            <header class="px-4 pt-3.5 pb-3">
              <h2 class="font-semibold" id="decision-heading">
                Your decision, {caller.person.name}
              </h2>
              <p class="text-muted-foreground text-[0.8125rem]">{describeProgress(review)}</p>
            </header>
            <DecisionForm
              review={review}
              reasonRule={opened.reasonRule}
              nextSteps={nextSteps}
              form={form}
              idempotencyKey=""
              queue={[]}
              action={`/mail/reviews/${encodeURIComponent(review.id)}`}
              hidden={{ code, formToken: opened.formToken }}
              outcomes={here}
            />
          </section>
        )}
        <Elsewhere opened={opened} form={here.length === 0 ? form : emptyForm} />
      </aside>
    </div>
  );
}

/** What takes more than a mail can prove, and where it is done. */
function Elsewhere({ opened: { review, offers }, form }: { opened: MailReview; form: FormState }) {
  const away = offers.filter(({ isHere }) => !isHere);
  const verbs = away.map(({ outcome }) => outcomeVerbs[outcome].toLowerCase()).join(' or ');
  return (
    <Card title={away.length === 0 ? 'The whole review' : 'Signed in'}>
      <div class="space-y-3">
        {form.problem && (
          <Notice look="fail" title={form.problem.title} alert>
            {form.problem.detail}
          </Notice>
        )}
        <p class="text-muted-foreground">
          {away.length === 0
            ? 'Documents, charts and history are shown to whoever is signed in.'
            : `A mail cannot prove enough to ${verbs}. That is done ${levelWords[away[0]?.least ?? 'web']}.`}
        </p>
        <a class="btn w-full" data-variant="outline" href={reviewHref(review.id)}>
          Open it in the inbox <Icon name="arrow-right" />
        </a>
      </div>
    </Card>
  );
}
