import { randomUUID } from 'node:crypto';
import { Hono, type Context } from 'hono';
import { problems } from '../../api/errors.ts';
import { batchSchema, type BatchAnswer } from '../../api/services/decide-batch.ts';
import { newFilterSchema, type FilterView } from '../../api/services/saved-filters.ts';
import { Refused } from '../../domain/errors.ts';
import { InboxPage, type BatchState } from '../components/inbox-page.tsx';
import { inboxHref, readInboxQuery, tabWords } from '../inbox-query.ts';
import type { Web, WebEnv } from '../context.ts';
import { fieldOf, type FormFields } from '../form-fields.ts';
import { callerOf, queryOf, requireCaller, safeNext } from '../routes.ts';
import { sendPage } from '../send-page.tsx';
import { reviewHref } from '../links.ts';

const noBatch: BatchState = { marked: new Set(), outcome: '', reason: '', decided: 0 };

/** The inbox: what waits for whom. */
export function inboxRoutes(web: Web): Hono<WebEnv> {
  const { services } = web;
  const routes = new Hono<WebEnv>();

  routes.get('/', requireCaller, (context) => context.redirect('/reviews', 303));

  routes.get('/reviews', requireCaller, (context) => {
    const decided = Number(queryOf(context, 'decided') ?? 0);
    return sendInbox(context, web, { ...noBatch, decided: Number.isInteger(decided) ? Math.max(0, decided) : 0 });
  });

  // The number in the navigation, for pages that are open.
  routes.get('/reviews/count', requireCaller, async (context) =>
    context.json({ waiting: await services.countReviews(callerOf(context)) }),
  );

  // Rows marked in the inbox, to be read one after the other.
  routes.get('/reviews/marked', requireCaller, (context) => readInOrder(context, context.req.queries('marked') ?? []));

  routes.get('/reviews/batch', (context) => context.redirect('/reviews', 303));
  routes.post('/reviews/batch', requireCaller, async (context) => {
    const fields = await context.req.parseBody({ all: true });
    const marked = [fields['marked'] ?? []].flat().filter((id) => typeof id === 'string');
    if (fieldOf(fields, 'do') === 'read') return readInOrder(context, marked);
    const state = { marked: new Set(marked), outcome: fieldOf(fields, 'outcome'), reason: fieldOf(fields, 'reason').trim() }; // prettier-ignore
    const back = safeNext(fieldOf(fields, 'back'));
    try {
      const { items } = await decide(web, context, fields, state);
      const recorded = items.filter(({ receipt }) => receipt !== null).length;
      const refused = items.filter(({ problem }) => problem !== null);
      if (refused.length === 0)
        return context.redirect(`${back}${back.includes('?') ? '&' : '?'}decided=${recorded}`, 303);
      return await sendInbox(
        context,
        web,
        {
          ...state,
          marked: new Set(refused.map(({ reviewId }) => reviewId)),
          decided: recorded,
          problem: { title: `${refused.length} of ${items.length} were refused`, lines: wordsOf(refused) }, // prettier-ignore
        },
        { back: parametersOf(back) },
      );
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const lines = error.errors.length > 0 ? error.errors.map(({ message }) => `${message}.`) : [error.message];
      return sendInbox(context, web, { ...state, decided: 0, problem: { title: 'Nothing was recorded', lines } }, { back: parametersOf(back), status: problems[error.code].status }); // prettier-ignore
    }
  });

  routes.post('/reviews/filters', requireCaller, async (context) => {
    const fields = await context.req.parseBody({ all: true });
    const query = readInboxQuery(new URLSearchParams(fieldOf(fields, 'query')));
    const filter = newFilterSchema.safeParse({
      name: fieldOf(fields, 'name'),
      query: inboxHref(query).split('?')[1],
      isShared: fieldOf(fields, 'shared') !== '',
    });
    if (!filter.success) throw new Refused('INVALID', 'Give the filter a name of at most 60 characters.');
    await services.saveFilter(callerOf(context), filter.data);
    return context.redirect(inboxHref(query), 303);
  });

  routes.post('/reviews/filters/:id/removal', requireCaller, async (context) => {
    const back = safeNext(fieldOf(await context.req.parseBody({ all: true }), 'back') || undefined);
    await services.removeFilter(callerOf(context), context.req.param('id'));
    return context.redirect(back, 303);
  });

  return routes;
}

const parametersOf = (path: string): URLSearchParams => new URLSearchParams(path.split('?')[1]);

function readInOrder(context: Context<WebEnv>, marked: readonly string[]) {
  const [first, ...queue] = marked;
  return context.redirect(first === undefined ? '/reviews' : reviewHref(first, queue), 303);
}

/** Each row sends along what it showed, so that nobody decides on what they have not seen. */
function decide(
  web: Web,
  context: Context<WebEnv>,
  fields: FormFields,
  { marked, outcome, reason }: Pick<BatchState, 'marked' | 'outcome' | 'reason'>,
): Promise<BatchAnswer> {
  if (marked.size === 0) throw new Refused('INVALID', 'Mark the reviews that this answers.');
  const parsed = batchSchema.safeParse({
    reviews: [...marked].map((id) => {
      const [revision, evidenceDigest] = fieldOf(fields, `seen.${id}`).split(' ');
      return { id, revision: Number(revision), evidenceDigest };
    }),
    outcome,
    reason,
  });
  if (!parsed.success)
    throw new Refused(
      'INVALID',
      outcome === ''
        ? 'Choose an outcome for the marked ones.'
        : 'This cannot be sent. Load the page again and mark anew.',
    );
  return web.services.decideBatch(callerOf(context), parsed.data, fieldOf(fields, 'idempotencyKey') || randomUUID());
}

const wordsOf = (refused: BatchAnswer['items']): string[] =>
  refused.map(({ modelVersion: { model, version }, problem }) => `${model} ${version}: ${problem?.detail ?? ''}`);

async function sendInbox(
  context: Context<WebEnv>,
  web: Web,
  batch: BatchState,
  { back, status }: { back?: URLSearchParams; status?: (typeof problems)[keyof typeof problems]['status'] } = {},
) {
  const caller = callerOf(context);
  const query = readInboxQuery(back ?? new URL(context.req.url).searchParams);
  const cursor = back ? undefined : queryOf(context, 'cursor');
  const [page, filters, questions] = await Promise.all([
    web.services.listReviews(caller, {
      ...query.asked(web.now()),
      limit: 50,
      ...(cursor === undefined ? {} : { cursor }),
    }),
    web.services.listFilters(caller),
    query.view === 'me' ? web.services.openQuestions(caller) : [],
  ]);
  return sendPage(context, web, {
    title: `Reviews, ${tabWords[query.view].toLowerCase()}`,
    handles: [...handlesOf(page.items, filters), ...questions.map(({ by }) => by)],
    content: (
      <InboxPage
        page={page}
        query={query}
        cursor={cursor}
        filters={filters}
        questions={questions}
        batch={batch}
        idempotencyKey={randomUUID()}
      />
    ),
    ...(status ? { status } : {}),
  });
}

const handlesOf = (
  items: readonly { requestedBy: string; assignee: string | null }[],
  filters: readonly FilterView[],
): string[] => [
  ...items.flatMap(({ requestedBy, assignee }) => (assignee === null ? [requestedBy] : [requestedBy, assignee])),
  ...filters.map(({ by }) => by),
];
