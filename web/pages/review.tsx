import { randomUUID } from 'node:crypto';
import { Hono, type Context } from 'hono';
import type { PolicyView, ProcessView, ReviewView } from '../../api/schemas/views.ts';
import { attachSchema } from '../../api/schemas/review-thread.ts';
import type { Caller } from '../../api/services/caller.ts';
import { fulfilCommandSchema } from '../../api/services/fulfil-condition.ts';
import { assuranceOf, leastAssurance, meanings } from '../../domain/assurance.ts';
import { Refused } from '../../domain/errors.ts';
import { decisionOutcomes, type DecideCommand } from '../../domain/review.ts';
import { ComparePage } from '../components/compare-page.tsx';
import { emptyForm, type FormState } from '../components/form-state.ts';
import type { Web, WebEnv } from '../context.ts';
import { fieldOf, type FormFields } from '../form-fields.ts';
import { markUnanswered, readDecisionForm, withRefusal } from '../read-decision-form.ts';
import { problems } from '../../api/errors.ts';
import { actPaths, readAct, type ActVerb } from '../review-act.ts';
import { callerOf, queryOf, requireCaller } from '../routes.ts';
import { handlesIn } from '../words/journal-sentence.ts';
import { sendPage } from '../send-page.tsx';
import type { WebServices } from '../services.ts';
import { DocumentPage } from './document-page.tsx';
import { ReviewLive, ReviewPage, titleOfReview } from './review-page.tsx';
import { keptFields, readProof, sendStepUp } from './step-up.tsx';
import type { FailedAct, ReviewPageData } from '../components/review-data.ts';
import { reviewHref } from '../links.ts';

/** One review: what to know, the decision, and what came of it. */
export function reviewRoutes(web: Web): Hono<WebEnv> {
  const { services } = web;
  const routes = new Hono<WebEnv>();

  routes.get('/reviews/:id', requireCaller, async (context) => {
    const queue = context.req.queries('queue') ?? [];
    const outcome = decisionOutcomes.find((word) => word === queryOf(context, 'outcome')) ?? '';
    return sendReview(context, web, context.req.param('id'), { form: { ...emptyForm, outcome }, queue });
  });

  routes.post('/reviews/:id/decisions', requireCaller, async (context) => {
    const id = context.req.param('id');
    const fields = await context.req.parseBody({ all: true });
    const review = await services.getReview(callerOf(context), id);
    const { form, command, idempotencyKey, queue } = readDecisionForm(fields, review.form);
    if (!command) return sendReview(context, web, id, { form, queue, status: 422 });
    const signed = await signFirst(context, web, { review, fields, command });
    if ('page' in signed) return signed.page;
    const submitted = { reviewId: id, command, idempotencyKey: idempotencyKey || randomUUID() };
    try {
      if (command.form.deferral) await services.deferDecision(signed.caller, submitted);
      else await services.submitDecision(signed.caller, submitted);
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

  for (const [verb, path] of Object.entries(actPaths) as [ActVerb, string][]) {
    // Where a form that failed was posted to: loading it again shows the review.
    routes.get(`/reviews/:id/${path}`, (context) => context.redirect(reviewHref(context.req.param('id')), 303));
    routes.post(`/reviews/:id/${path}`, requireCaller, async (context) => {
      const id = context.req.param('id');
      const fields = await context.req.parseBody({ all: true });
      return changing(context, web, { id, verb, fields, place: placeOf(verb) }, () =>
        services.actOnReview(callerOf(context), id, readAct(verb, fields)),
      );
    });
  }
  for (const path of ['decisions', 'attachments'])
    routes.get(`/reviews/:id/${path}`, (context) => context.redirect(reviewHref(context.req.param('id')), 303));

  routes.post('/reviews/:id/attachments', requireCaller, async (context) => {
    const id = context.req.param('id');
    const { file } = await context.req.parseBody({ all: true });
    return changing(context, web, { id, verb: 'attach', fields: {}, place: 'conversation' }, async () => {
      if (Array.isArray(file)) throw new Refused('INVALID', 'Attach one file at a time.');
      if (!(file instanceof File) || file.name === '') throw new Refused('INVALID', 'Choose a file first.');
      const mediaType = file.type.split(';')[0]?.trim() || undefined;
      const named = attachSchema.omit({ content: true }).safeParse({ name: file.name, mediaType });
      if (!named.success) throw new Refused('INVALID', 'Give the file a shorter and plainer name.');
      const content = Buffer.from(await file.arrayBuffer());
      await services.attachFile(callerOf(context), id, { ...named.data, content });
    });
  });

  routes.post('/reviews/:id/conditions/:condition', requireCaller, async (context) => {
    const { id, condition } = context.req.param();
    const fields = await context.req.parseBody({ all: true });
    return changing(context, web, { id, verb: 'fulfil', fields, place: 'conditions' }, async () => {
      const said = fulfilCommandSchema.safeParse({ reason: fieldOf(fields, 'reason').trim() });
      if (!said.success) throw new Refused('INVALID', 'Say what was done, so that others can see it.');
      await services.fulfilCondition(callerOf(context), condition, said.data.reason);
    });
  });

  // For pages that are open: what moved, without reading the evidence anew in somebody's name.
  routes.get('/reviews/:id/live', requireCaller, async (context) => {
    const data = await loadMoving(services, callerOf(context), context.req.param('id'));
    return sendPage(context, web, {
      title: titleOfReview(data.review),
      handles: handlesOn({ ...data, contested: undefined }),
      content: <ReviewLive {...data} failed={undefined} />,
    });
  });

  routes.get('/reviews/:id/compare', requireCaller, async (context) => {
    const caller = callerOf(context);
    const review = await services.getReview(caller, context.req.param('id'));
    const pack = await services.getEvidence(caller, review.evidenceDigest);
    const before = pack.champion ? await services.getEvidence(caller, pack.champion.evidenceDigest) : undefined;
    return sendPage(context, web, {
      title: `Compared: ${titleOfReview(review)}`,
      content: <ComparePage review={review} pack={pack} before={before} />,
    });
  });

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

const placeOf = (verb: ActVerb): string => (verb === 'comment' ? 'conversation' : 'decision');

interface Changing extends FailedAct {
  id: string;
  /** Part of the page that shows what came of it. */
  place: string;
}

/** Does something to a review and shows it; a refusal keeps what was written. */
async function changing(
  context: Context<WebEnv>,
  web: Web,
  { id, place, verb, fields }: Omit<Changing, 'problem'>,
  change: () => Promise<void>,
) {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof Refused) || error.code === 'NOT_FOUND') throw error;
    const refusal = await explain(web.services, error);
    return sendReview(context, web, id, {
      form: emptyForm,
      queue: [],
      status: problems[error.code].status,
      failed: { verb, fields, problem: refusal.message },
    });
  }
  return context.redirect(`${reviewHref(id)}#${place}`, 303);
}

/** The caller as sure as the decision needs, or the page on which they sign it. Nothing is recorded before. */
async function signFirst(
  context: Context<WebEnv>,
  web: Web,
  { review, fields, command }: { review: ReviewView; fields: FormFields; command: DecideCommand },
): Promise<{ caller: Caller } | { page: Response }> {
  const caller = callerOf(context);
  const proof = readProof(fields);
  const isNeeded =
    leastAssurance(review.assurance, command.outcome) === 'webStepUp' &&
    assuranceOf(caller.channel, caller.steppedUpAt, web.now()) !== 'webStepUp';
  const ask = async (refusal?: Refused) => ({
    page: await sendStepUp(context, web, {
      action: `/reviews/${encodeURIComponent(review.id)}/decisions`,
      hidden: keptFields(fields),
      signing: {
        meaning: meanings[command.outcome],
        review,
        command,
        back: reviewHref(review.id),
      },
      ...(refusal ? { refusal } : {}),
    }),
  });
  if (!isNeeded) return { caller };
  if (!proof) return ask();
  try {
    return { caller: await web.services.stepUp(context, caller, proof) };
  } catch (error) {
    if (error instanceof Refused) return ask(error);
    throw error;
  }
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
  failed?: FailedAct;
}

async function sendReview(context: Context<WebEnv>, web: Web, id: string, { form, queue, status, failed }: Sending) {
  const data = await loadReview(web.services, callerOf(context), id, queue);
  const hasPlace = failed && failed.verb !== 'claim' && (failed.verb === 'fulfil' || data.transitions.allowed.includes(failed.verb)); // prettier-ignore
  if (failed && !hasPlace) form = { ...form, problem: { title: 'Nothing was changed', detail: failed.problem } };
  return sendPage(context, web, {
    title: titleOfReview(data.review),
    handles: handlesOn(data),
    content: (
      <ReviewPage
        {...data}
        form={markUnanswered(form, data.review.findingsToAnswer)}
        idempotencyKey={randomUUID()}
        failed={failed}
      />
    ),
    ...(status ? { status } : {}),
  });
}

type LoadedReview = Omit<ReviewPageData, 'form' | 'idempotencyKey' | 'failed'>;

async function loadReview(
  services: WebServices,
  caller: Caller,
  id: string,
  queue: readonly string[],
): Promise<LoadedReview> {
  const moving = await loadMoving(services, caller, id);
  const { review, processes } = moving;
  const [pack, nextReviews, policy] = await Promise.all([
    services.getEvidence(caller, review.evidenceDigest),
    services.listReviews(caller, { view: 'me', limit: 50 }),
    policyOf(services, caller, moving.review.policy),
  ]);
  const contested = review.kind === 'conflict' ? await findContested(services, caller, review, processes) : undefined;
  const waiting = nextReviews.items.filter((item) => item.id !== id);
  const next = waiting.find((item) => item.id === queue.find((marked) => marked !== id)) ?? waiting[0];
  return { ...moving, pack, policy, contested, next, queue: queue.filter((marked) => marked !== id) };
}

/** What moves while a review is open. */
async function loadMoving(services: WebServices, caller: Caller, id: string) {
  const review = await services.getReview(caller, id);
  const { model, version: name } = review.modelVersion;
  const [transitions, history, version, thread] = await Promise.all([
    services.allowedTransitions(caller, id),
    services.reviewHistory(caller, id),
    services.getVersion(caller, model, name),
    services.reviewThread(caller, id),
  ]);
  const processes = await Promise.all(
    version.processes
      .filter((process) => process.kind !== 'lifecycle' && process.round === review.round)
      .map((process) => services.getProcess(caller, process.id)),
  );
  return { review, transitions, history, version, processes, thread };
}

/** The rules that the review is held under; the page stands without them where the caller may not read policies. */
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

type Named = Pick<LoadedReview, 'review' | 'history' | 'version' | 'contested' | 'thread' | 'processes'>;

function handlesOn({ review, history, version, contested, thread, processes }: Named): string[] {
  const { eligibility } = thread;
  return [
    review.requestedBy,
    ...[review.assignee, review.delegatedBy, review.closedBy, review.suspension?.by].flatMap((handle) => handle ?? []),
    ...review.decisions.flatMap((decision) => [decision.by, decision.onBehalfOf ?? decision.by]),
    ...review.excluded.map((person) => person.handle),
    ...(contested?.decisions.map((decision) => decision.by) ?? []),
    ...history.flatMap(handlesIn),
    ...processes.flatMap(({ signOffs }) => signOffs.flatMap(({ override }) => override?.by ?? [])),
    ...thread.comments.flatMap((comment) => [comment.by, ...comment.mentions]),
    ...thread.attachments.map((attachment) => attachment.by),
    ...thread.conditions.map((condition) => condition.owner),
    ...thread.deferrals.map((deferral) => deferral.by),
    ...eligibility.may.flatMap((person) => [person.handle, person.onBehalfOf ?? person.handle]),
    ...eligibility.mayNot.map((person) => person.handle),
    version.owner,
    version.author,
    ...version.contributors,
  ];
}
