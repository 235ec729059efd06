import { randomUUID } from 'node:crypto';
import { Hono, type Context } from 'hono';
import type { PolicyView, ProcessView, ReviewView } from '../../api/schemas/views.ts';
import type { Caller } from '../../api/services/caller.ts';
import { Refused } from '../../domain/errors.ts';
import { emptyForm, type FormState } from '../components/decision-form.tsx';
import type { Web, WebEnv } from '../context.ts';
import { markUnanswered, readDecisionForm, withRefusal } from '../read-decision-form.ts';
import { problems } from '../../api/errors.ts';
import { callerOf, requireCaller } from '../routes.ts';
import { sendPage } from '../send-page.tsx';
import type { WebServices } from '../services.ts';
import { DocumentPage } from './document-page.tsx';
import { ReviewPage, titleOfReview } from './review-page.tsx';
import type { ReviewPageData } from '../components/review-data.ts';
import { reviewHref } from '../links.ts';

/** One review: what to know, the decision, and what came of it. */
export function reviewRoutes(web: Web): Hono<WebEnv> {
  const { services } = web;
  const routes = new Hono<WebEnv>();

  routes.get('/reviews/:id', requireCaller, async (context) => {
    const queue = context.req.queries('queue') ?? [];
    return sendReview(context, web, context.req.param('id'), { form: emptyForm, queue });
  });

  // Where a form that failed was posted to: loading it again shows the review.
  routes.get('/reviews/:id/:verb{decisions|claim|release}', (context) =>
    context.redirect(reviewHref(context.req.param('id')), 303),
  );

  routes.post('/reviews/:id/decisions', requireCaller, async (context) => {
    const caller = callerOf(context);
    const id = context.req.param('id');
    const { form, command, idempotencyKey, queue } = readDecisionForm(await context.req.parseBody({ all: true }));
    if (!command) return sendReview(context, web, id, { form, queue, status: 422 });
    try {
      await services.submitDecision(caller, { reviewId: id, command, idempotencyKey: idempotencyKey || randomUUID() });
    } catch (error) {
      if (!(error instanceof Refused) || error.code === 'NOT_FOUND') throw error;
      return sendReview(context, web, id, {
        form: withRefusal(form, await explain(services, error)),
        queue,
        status: problems[error.code].status,
      });
    }
    return context.redirect(`${reviewHref(id, queue)}#decision`, 303);
  });

  for (const verb of ['claim', 'release'] as const) {
    routes.post(`/reviews/:id/${verb}`, requireCaller, async (context) => {
      const id = context.req.param('id');
      try {
        await services[`${verb}Review`](callerOf(context), id);
      } catch (error) {
        if (!(error instanceof Refused) || error.code === 'NOT_FOUND') throw error;
        return sendReview(context, web, id, {
          form: withRefusal(emptyForm, await explain(services, error)),
          queue: [],
          status: problems[error.code].status,
        });
      }
      return context.redirect(`${reviewHref(id)}#decision`, 303);
    });
  }

  routes.get('/reviews/:id/documents/:digest', requireCaller, async (context) => {
    const caller = callerOf(context);
    const review = await services.getReview(caller, context.req.param('id'));
    const digest = context.req.param('digest');
    const document = await services.getDocument(caller, { evidenceDigest: review.evidenceDigest, digest });
    const back = { label: review.question, href: reviewHref(review.id) };
    return sendPage(context, web, {
      title: document.kind,
      content: <DocumentPage document={document} digest={digest} version={review.modelVersion} back={back} />,
    });
  });

  return routes;
}

/** A refusal with people named as people are, not as handles. */
async function explain(services: WebServices, refusal: Refused): Promise<Refused> {
  const { assignee, decision } = refusal.extra as { assignee?: unknown; decision?: { by?: unknown } };
  const handle = assignee ?? decision?.by;
  if (typeof handle !== 'string') return refusal;
  const [person] = await services.namePeople([handle]);
  return new Refused(refusal.code, refusal.message.replaceAll(handle, person?.name ?? handle), {
    errors: refusal.errors,
    extra: refusal.extra,
  });
}

interface Sending {
  form: FormState;
  queue: readonly string[];
  status?: (typeof problems)[keyof typeof problems]['status'];
}

async function sendReview(context: Context<WebEnv>, web: Web, id: string, { form, queue, status }: Sending) {
  const data = await loadReview(web.services, callerOf(context), id, queue);
  return sendPage(context, web, {
    title: titleOfReview(data.review),
    handles: handlesOn(data),
    content: (
      <ReviewPage {...data} form={markUnanswered(form, data.review.findingsToAnswer)} idempotencyKey={randomUUID()} />
    ),
    ...(status ? { status } : {}),
  });
}

type LoadedReview = Omit<ReviewPageData, 'form' | 'idempotencyKey'>;

async function loadReview(
  services: WebServices,
  caller: Caller,
  id: string,
  queue: readonly string[],
): Promise<LoadedReview> {
  const review = await services.getReview(caller, id);
  const { model, version: name } = review.modelVersion;
  const [transitions, history, version, pack, nextReviews] = await Promise.all([
    services.allowedTransitions(caller, id),
    services.reviewHistory(caller, id),
    services.getVersion(caller, model, name),
    services.getEvidence(caller, review.evidenceDigest),
    services.listReviews(caller, { view: 'me', limit: 50 }),
  ]);
  const [processes, policy] = await Promise.all([
    Promise.all(
      version.processes
        .filter((process) => process.kind !== 'lifecycle' && process.round === review.round)
        .map((process) => services.getProcess(caller, process.id)),
    ),
    policyOf(services, caller, version.policy),
  ]);
  const contested = review.kind === 'conflict' ? await findContested(services, caller, review, processes) : undefined;
  const waiting = nextReviews.items.filter((item) => item.id !== id);
  const next = waiting.find((item) => item.id === queue.find((marked) => marked !== id)) ?? waiting[0];
  return {
    review,
    transitions,
    history,
    version,
    processes,
    pack,
    policy,
    contested,
    next,
    queue: queue.filter((marked) => marked !== id),
  };
}

/** The rules that the version is held to; the page stands without them where the caller may not read policies. */
async function policyOf(
  services: WebServices,
  caller: Caller,
  reference: { id: string; version: number },
): Promise<PolicyView | undefined> {
  try {
    return await services.getPolicy(caller, reference.id, reference.version);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

async function findContested(
  services: WebServices,
  caller: Caller,
  review: ReviewView,
  processes: readonly ProcessView[],
): Promise<ReviewView | undefined> {
  const signOff = processes
    .find((process) => process.id === review.process.id)
    ?.signOffs.find((row) => row.name === review.signOff);
  for (const id of signOff?.reviews.filter((other) => other !== review.id) ?? []) {
    const other = await services.getReview(caller, id);
    if (other.outcome === 'CONFLICT') return other;
  }
  return undefined;
}

function handlesOn({ review, history, version, contested }: LoadedReview): string[] {
  return [
    review.requestedBy,
    ...(review.assignee ? [review.assignee] : []),
    ...review.decisions.map((decision) => decision.by),
    ...review.excluded.map((person) => person.handle),
    ...(contested?.decisions.map((decision) => decision.by) ?? []),
    ...history.filter((entry) => entry.actor.type !== 'system').map((entry) => entry.actor.id),
    version.owner,
    version.author,
    ...version.contributors,
  ];
}
