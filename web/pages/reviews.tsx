import { Hono } from 'hono';
import type { ReviewSummary } from '../../api/schemas/views.ts';
import { isClosed, reviewStates, type ReviewState } from '../../domain/review.ts';
import { Icon } from '../components/icon.tsx';
import { EmptyState, PageHead, Pager, urgencyClass } from '../components/parts.tsx';
import { Time } from '../components/time.tsx';
import { useNames, usePage, type Web, type WebEnv } from '../context.ts';
import { callerOf, hrefWith, queryOf, requireCaller } from '../routes.ts';
import { sendPage } from '../send-page.tsx';
import { reviewTabs, type Page, type ReviewTab } from '../services.ts';
import { reviewStateWords, tierWords } from '../words/names.ts';
import { describeProgress } from '../words/progress.ts';
import { describeDue, formatAgo } from '../words/times.ts';
import { reviewHref } from '../links.ts';

const tabWords: Record<ReviewTab, string> = {
  me: 'For me',
  groups: 'My groups',
  waiting: 'Waiting on others',
  done: 'Done',
};
const states: Record<ReviewTab, readonly ReviewState[]> = {
  me: ['READY', 'RESERVED'],
  groups: ['READY', 'RESERVED'],
  waiting: ['READY', 'RESERVED'],
  done: ['COMPLETED', 'EXPIRED', 'CANCELED', 'OBSOLETE'],
};

/** The inbox: what waits for whom. */
export function inboxRoutes(web: Web): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();

  routes.get('/', requireCaller, (context) => context.redirect('/reviews', 303));

  routes.get('/reviews', requireCaller, async (context) => {
    const view = reviewTabs.find((tab) => tab === queryOf(context, 'view')) ?? 'me';
    const model = queryOf(context, 'model');
    const state = reviewStates.find((word) => word === queryOf(context, 'state'));
    const cursor = queryOf(context, 'cursor');
    const query = {
      view,
      limit: 50,
      ...(model ? { model } : {}),
      ...(state ? { state } : {}),
      ...(cursor ? { cursor } : {}),
    };
    const page = await web.services.listReviews(callerOf(context), query);
    return sendPage(context, web, {
      title: `Reviews, ${tabWords[view].toLowerCase()}`,
      handles: page.items.flatMap((review) => [review.requestedBy, ...(review.assignee ? [review.assignee] : [])]),
      content: <ReviewsPage page={page} view={view} model={model} state={state} cursor={cursor} />,
    });
  });

  // Rows marked in the inbox, to be read one after the other.
  routes.get('/reviews/marked', requireCaller, (context) => {
    const [first, ...queue] = context.req.queries('marked') ?? [];
    return context.redirect(first === undefined ? '/reviews' : reviewHref(first, queue), 303);
  });

  return routes;
}

interface ReviewsPageProps {
  page: Page<ReviewSummary>;
  view: ReviewTab;
  model: string | undefined;
  state: ReviewState | undefined;
  cursor: string | undefined;
}

function ReviewsPage({ page, view, model, state, cursor }: ReviewsPageProps) {
  const filters = { view, model, state };
  const isFiltered = model !== undefined || state !== undefined;
  return (
    <div class="space-y-5">
      <PageHead title="Reviews" />
      <div class="flex flex-wrap items-end justify-between gap-x-6 gap-y-3 border-b">
        <nav aria-label="Which reviews" class="-mb-px max-w-full overflow-x-auto">
          <ul class="flex gap-1">
            {reviewTabs.map((tab) => (
              <li>
                <a
                  href={hrefWith('/reviews', { view: tab, model })}
                  {...(tab === view ? { 'aria-current': 'page' } : {})}
                  class="text-muted-foreground hover:text-foreground aria-[current]:text-foreground aria-[current]:border-foreground flex h-10 items-center border-b-2 border-transparent px-2.5 whitespace-nowrap aria-[current]:font-medium"
                >
                  {tabWords[tab]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <form
          method="get"
          action="/reviews"
          class="no-print flex w-full items-center gap-2 pb-2 sm:w-auto"
          role="search"
        >
          <input type="hidden" name="view" value={view} />
          <input
            class="input min-w-0 sm:w-52"
            type="search"
            name="model"
            value={model ?? ''}
            placeholder="Model"
            aria-label="Filter by model"
            data-key="/"
            aria-keyshortcuts="/"
          />
          <select class="select w-32 shrink-0 sm:w-auto" name="state" aria-label="Filter by state">
            <option value="">Any state</option>
            {states[view].map((word) => (
              <option value={word} selected={state === word}>
                {reviewStateWords[word]}
              </option>
            ))}
          </select>
          <button class="btn" data-variant="outline">
            Filter
          </button>
        </form>
      </div>
      {page.items.length === 0 ? (
        <div class="card">
          {isFiltered ? (
            <EmptyState title="Nothing matches these filters" icon="search">
              <a class="link" href={hrefWith('/reviews', { view })}>
                Show all of {tabWords[view].toLowerCase()}
              </a>
            </EmptyState>
          ) : (
            <NothingHere view={view} />
          )}
        </div>
      ) : (
        <form method="get" action="/reviews/marked" class="space-y-4">
          <ul class="card divide-y" aria-label={tabWords[view]}>
            {page.items.map((review) => (
              <ReviewRow review={review} markable={view === 'me' && page.items.length > 1} />
            ))}
          </ul>
          <div class="marked-bar no-print">
            <button class="btn">
              Read the marked ones in order <Icon name="arrow-right" />
            </button>
          </div>
        </form>
      )}
      <Pager
        nextHref={page.nextCursor === null ? null : hrefWith('/reviews', { ...filters, cursor: page.nextCursor })}
        firstHref={cursor === undefined ? null : hrefWith('/reviews', filters)}
      />
    </div>
  );
}

function ReviewRow({ review, markable }: { review: ReviewSummary; markable: boolean }) {
  const nameOf = useNames();
  const { caller, now } = usePage();
  const isOpen = !isClosed(review.state);
  const claimed =
    review.assignee === null
      ? undefined
      : review.assignee === caller?.person.handle
        ? 'claimed by you'
        : `claimed by ${nameOf(review.assignee)}`;
  return (
    <li class="hover:bg-muted/50 relative flex gap-3 px-4 py-3" data-row>
      {markable && (
        <span class="relative z-10 -m-2 flex items-start p-2 pt-2.5">
          <input
            type="checkbox"
            name="marked"
            value={review.id}
            class="accent-foreground size-4"
            aria-label={`Mark: ${review.question} ${review.modelVersion.model}`}
            data-mark
          />
        </span>
      )}
      <div class="grid min-w-0 flex-1 gap-x-6 gap-y-1 md:grid-cols-[minmax(0,1fr)_16rem_15rem]">
        <div class="min-w-0">
          <h2 class="truncate font-medium text-wrap md:text-nowrap">
            <a href={reviewHref(review.id)} class="after:absolute after:inset-0">
              {review.question}
            </a>
          </h2>
          <p class="text-muted-foreground flex flex-wrap gap-x-1.5 text-[0.8125rem]">
            <span class="text-foreground max-w-full truncate">{review.modelVersion.model}</span>
            <span>version {review.modelVersion.version}</span>
            <span aria-hidden="true">·</span>
            <span>{tierWords[review.riskTier].toLowerCase()}</span>
            {review.round > 1 && (
              <>
                <span aria-hidden="true">·</span>
                <span>round {review.round}</span>
              </>
            )}
          </p>
        </div>
        <div class="text-[0.8125rem] md:text-end">
          <p class="tabular-nums">{describeProgress(review)}</p>
          <p class="text-muted-foreground">
            {review.title}
            {claimed && `, ${claimed}`}
          </p>
        </div>
        <div class="text-[0.8125rem] md:text-end">
          {isOpen ? (
            <Due dueAt={review.dueAt} />
          ) : (
            <p class="text-muted-foreground">{review.closedAt && formatAgo(review.closedAt, now)}</p>
          )}
          <p class="text-muted-foreground truncate">asked by {nameOf(review.requestedBy)}</p>
        </div>
      </div>
    </li>
  );
}

function Due({ dueAt }: { dueAt: string }) {
  const { urgency, words } = describeDue(dueAt, usePage().now);
  return (
    <p class={urgencyClass[urgency]}>
      {urgency !== 'calm' && (
        <Icon name={urgency === 'overdue' ? 'circle-alert' : 'hourglass'} class="me-1 size-3.5 -translate-y-px" />
      )}
      <span class="font-medium">{words}</span>
      <span class={urgency === 'calm' ? 'text-muted-foreground' : ''}>
        {' '}
        · <Time at={dueAt} as="day" />
      </span>
    </p>
  );
}

function NothingHere({ view }: { view: ReviewTab }) {
  switch (view) {
    case 'me':
      return (
        <EmptyState title="Nothing waits for you" icon="check-check">
          When a model version needs your answer, its question appears here. A pipeline starts one by submitting a
          version to <code class="mono">POST /v1/hooks/generic</code>; <code class="mono">npm run example</code> submits
          four.
        </EmptyState>
      );
    case 'groups':
      return (
        <EmptyState title="Nothing waits for your groups">
          Open questions that you and others with your role may answer appear here, until the sign-off has the agreement
          it needs.
        </EmptyState>
      );
    case 'waiting':
      return (
        <EmptyState title="You wait for nobody" icon="hourglass">
          Versions that you submitted or own, and reviews that you have answered, appear here while somebody else has
          still to answer.
        </EmptyState>
      );
    case 'done':
      return (
        <EmptyState title="Nothing is done yet">
          Every review that you could answer stays here once it is closed, with who answered and why.
        </EmptyState>
      );
  }
}
