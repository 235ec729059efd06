import type { ReviewSummary } from '../../api/schemas/views.ts';
import { dueFilters, type DueFilter, type FilterView } from '../../api/services/saved-filters.ts';
import type { OpenQuestion } from '../../api/services/waiting-for-me.ts';
import type { ReviewState } from '../../domain/review.ts';
import { riskTiers } from '../../domain/submission.ts';
import { usePage } from '../context.ts';
import { inboxHref, isFiltered, tabWords, type InboxQuery } from '../inbox-query.ts';
import { reviewTabs, type Page, type ReviewTab } from '../services.ts';
import { reviewStateWords, tierWords } from '../words/names.ts';
import { countOf } from '../words/numbers.ts';
import { HowToSubmit } from './how-to-submit.tsx';
import { Icon } from './icon.tsx';
import { OpenQuestions } from './open-questions.tsx';
import { EmptyState, Notice, PageHead, Pager } from './parts.tsx';
import { ReviewRow } from './review-row.tsx';
import { SavedFilters } from './saved-filters.tsx';

const states: Record<ReviewTab, readonly ReviewState[]> = {
  me: ['READY', 'RESERVED', 'IN_PROGRESS', 'SUSPENDED'],
  groups: ['READY', 'RESERVED', 'IN_PROGRESS', 'SUSPENDED'],
  waiting: ['READY', 'RESERVED', 'IN_PROGRESS', 'SUSPENDED'],
  done: ['COMPLETED', 'EXPIRED', 'CANCELED', 'OBSOLETE'],
};

const dueWords: Record<DueFilter, string> = { overdue: 'Overdue', day: 'Due in a day', week: 'Due in a week' };

/** What came of a batch, or why none of it was sent; with what had been marked and written. */
export interface BatchState {
  marked: ReadonlySet<string>;
  outcome: string;
  reason: string;
  /** How many were recorded. */
  decided: number;
  problem?: { title: string; lines: string[] };
}

export interface InboxPageProps {
  page: Page<ReviewSummary>;
  query: InboxQuery;
  cursor: string | undefined;
  filters: readonly FilterView[];
  /** What others ask of the reader before they decide. */
  questions: readonly OpenQuestion[];
  batch: BatchState;
  idempotencyKey: string;
}

export function InboxPage(props: InboxPageProps) {
  const { page, query, cursor, filters, questions, batch, idempotencyKey } = props;
  const { view } = query;
  const isMarkable = view === 'me' && page.items.length > 1;
  return (
    <div class="space-y-4">
      <PageHead title="Reviews" />
      <div class="space-y-3">
        <nav aria-label="Which reviews" class="max-w-full overflow-x-auto border-b">
          <ul class="flex gap-1">
            {reviewTabs.map((tab) => (
              <li>
                <a
                  href={inboxHref({ ...query, state: undefined }, { view: tab })}
                  {...(tab === view ? { 'aria-current': 'page' } : {})}
                  class="text-muted-foreground hover:text-foreground aria-[current]:text-foreground aria-[current]:border-foreground flex h-10 items-center border-b-2 border-transparent px-2.5 whitespace-nowrap aria-[current]:font-medium"
                >
                  {tabWords[tab]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <FilterForm query={query} />
        <SavedFilters query={query} filters={filters} />
      </div>
      <BatchOutcome batch={batch} />
      <form method="post" action="/reviews/batch" class="space-y-4" data-batch>
        <input type="hidden" name="idempotencyKey" value={idempotencyKey} />
        <input type="hidden" name="back" value={inboxHref(query)} />
        <div data-live-list class="space-y-4">
          <OpenQuestions questions={questions} />
          {page.items.length === 0 ? (
            (questions.length === 0 || isFiltered(query)) && (
              <div class="card">
                <Nothing query={query} hasMore={page.nextCursor !== null} />
              </div>
            )
          ) : (
            <ul class="card divide-y" aria-label={tabWords[view]}>
              {page.items.map((review) => (
                <ReviewRow review={review} markable={isMarkable} marked={batch.marked.has(review.id)} />
              ))}
            </ul>
          )}
        </div>
        {view === 'me' && <BatchBar batch={batch} />}
      </form>
      <Pager
        nextHref={page.nextCursor === null ? null : inboxHref(query, { cursor: page.nextCursor })}
        firstHref={cursor === undefined ? null : inboxHref(query)}
      />
    </div>
  );
}

function FilterForm({ query }: { query: InboxQuery }) {
  const { view, q, model, state, tier, due } = query;
  return (
    <form
      method="get"
      action="/reviews"
      class="no-print grid grid-cols-3 items-center gap-2 sm:flex sm:flex-wrap"
      role="search"
    >
      <input type="hidden" name="view" value={view} />
      {model !== undefined && <input type="hidden" name="model" value={model} />}
      <input
        class="input col-span-2 min-w-0 sm:w-72"
        type="search"
        name="q"
        value={q ?? ''}
        placeholder="Model, version, question or person"
        aria-label="Search"
        data-key="/"
        aria-keyshortcuts="/"
        maxlength={200}
      />
      <button class="btn" data-variant="outline">
        Search
      </button>
      <select class="select min-w-0 sm:w-auto" name="state" aria-label="State">
        <option value="">Any state</option>
        {states[view].map((word) => (
          <option value={word} selected={state === word}>
            {reviewStateWords[word]}
          </option>
        ))}
      </select>
      <select class="select min-w-0 sm:w-auto" name="tier" aria-label="Risk">
        <option value="">Any risk</option>
        {riskTiers.map((word) => (
          <option value={word} selected={tier === word}>
            {tierWords[word]}
          </option>
        ))}
      </select>
      {view !== 'done' && (
        <select class="select min-w-0 sm:w-auto" name="due" aria-label="Deadline">
          <option value="">Any time</option>
          {dueFilters.map((word) => (
            <option value={word} selected={due === word}>
              {dueWords[word]}
            </option>
          ))}
        </select>
      )}
      {isFiltered(query) && (
        <a class="link text-muted-foreground text-[0.8125rem]" href={inboxHref({ view })}>
          Show all
        </a>
      )}
      {model !== undefined && (
        <span class="text-muted-foreground col-span-3 text-[0.8125rem] break-all">only model {model}</span>
      )}
    </form>
  );
}

function BatchOutcome({ batch: { decided, problem } }: { batch: BatchState }) {
  if (decided === 0 && !problem) return <></>;
  return (
    <div class={`rounded-md border px-3 py-2.5 ${problem ? 'border-fail' : ''}`}>
      {problem ? (
        <Notice look="fail" title={problem.title} alert>
          {decided > 0 && <p>{countOf(decided, 'decision')} recorded.</p>}
          <ul class="list-disc ps-4">
            {problem.lines.map((line) => (
              <li class="break-words">{line}</li>
            ))}
          </ul>
        </Notice>
      ) : (
        <Notice look="done" title={`${countOf(decided, 'decision')} recorded`} />
      )}
    </div>
  );
}

const outcomes = [
  { outcome: 'APPROVED', label: 'Approve', key: 'a' },
  { outcome: 'CHANGES_REQUESTED', label: 'Request changes', key: 'c' },
  { outcome: 'REJECTED', label: 'Reject', key: 'r' },
] as const;

/** Shown by the style sheet alone once a row is marked. */
function BatchBar({ batch }: { batch: BatchState }) {
  return (
    <fieldset class="marked-bar no-print">
      <legend class="sr-only">One answer for the marked ones</legend>
      <div class="bg-popover flex w-full flex-col gap-2.5 rounded-lg border p-3 shadow-lg">
        <div class="flex flex-wrap items-center gap-x-4 gap-y-2">
          {outcomes.map(({ outcome, label, key }) => (
            <label class="flex cursor-pointer items-center gap-2">
              <input
                class="input"
                type="radio"
                name="outcome"
                value={outcome}
                checked={batch.outcome === outcome}
                data-batch-key={key}
                aria-keyshortcuts={key.toUpperCase()}
              />
              {label}
              <kbd class="kbd" aria-hidden="true" data-shortcut-hint hidden>
                {key.toUpperCase()}
              </kbd>
            </label>
          ))}
        </div>
        <div class="flex flex-wrap items-center gap-2">
          <input
            class="input min-w-0 flex-1 basis-56"
            type="text"
            name="reason"
            value={batch.reason}
            maxlength={4000}
            placeholder="One reason for all of them"
            aria-label="Reason for the marked ones"
            autocomplete="off"
          />
          <button class="btn" name="do" value="decide">
            Decide on all marked
          </button>
          <button class="btn" data-variant="outline" name="do" value="read">
            Read the marked ones in order <Icon name="arrow-right" />
          </button>
        </div>
        <p class="text-muted-foreground text-xs">
          Each is recorded by itself. High risk, and what has findings to answer for, is decided one by one.
        </p>
      </div>
    </fieldset>
  );
}

function Nothing({ query, hasMore }: { query: InboxQuery; hasMore: boolean }) {
  const { caller } = usePage();
  const { view } = query;
  if (hasMore)
    return (
      <EmptyState title="Nothing so far" icon="search">
        Among the first 2,000 nothing matches. The next page goes on from there.
      </EmptyState>
    );
  if (isFiltered(query))
    return (
      <EmptyState title="Nothing matches these filters" icon="search">
        <a class="link" href={inboxHref({ view })}>
          Show all of {tabWords[view].toLowerCase()}
        </a>
      </EmptyState>
    );
  switch (view) {
    case 'me':
      return (
        <EmptyState title="Nothing waits for you" icon="check-check">
          When a model version needs your answer, its question appears here.
          <HowToSubmit />
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
          {caller?.person.roles.includes('auditor') ? (
            <>
              You decide nothing yourself. What others decided stands on each model’s page and in the{' '}
              <a class="link" href="/journal">
                journal
              </a>
              .
            </>
          ) : (
            'Every review that you could answer stays here once it is closed, with who answered and why.'
          )}
        </EmptyState>
      );
  }
}
