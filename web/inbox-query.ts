// What the inbox is asked to show, as its address says it.
import { dueFilters, type DueFilter } from '../api/services/saved-filters.ts';
import { reviewStates, type ReviewState } from '../domain/review.ts';
import { riskTiers, type RiskTier } from '../domain/submission.ts';
import { hrefWith } from './routes.ts';
import { reviewTabs, type ReviewQuery, type ReviewTab } from './services.ts';

export const tabWords: Record<ReviewTab, string> = {
  me: 'For me',
  groups: 'My groups',
  waiting: 'Waiting on others',
  done: 'Done',
};

export interface InboxFilters {
  view: ReviewTab;
  q?: string | undefined;
  model?: string | undefined;
  state?: ReviewState | undefined;
  tier?: RiskTier | undefined;
  due?: DueFilter | undefined;
}

export interface InboxQuery extends InboxFilters {
  /** What is asked of the list at this moment. */
  asked: (now: Date) => Omit<ReviewQuery, 'limit' | 'cursor'>;
}

const dayMs = 86_400_000;
const dueWithin: Record<DueFilter, number> = { overdue: 0, day: dayMs, week: 7 * dayMs };

/** What the address means; whatever it does not know it leaves out. */
export function readInboxQuery(parameters: URLSearchParams): InboxQuery {
  const given = (name: string) => parameters.get(name)?.trim() || undefined;
  const one = <T extends string>(words: readonly T[], name: string) => words.find((word) => word === given(name));
  const filters: InboxFilters = {
    view: one(reviewTabs, 'view') ?? 'me',
    q: given('q')?.slice(0, 200),
    model: given('model')?.slice(0, 160),
    state: one(reviewStates, 'state'),
    tier: one(riskTiers, 'tier'),
    due: one(dueFilters, 'due'),
  };
  const { view, q, model, state, tier, due } = filters;
  return {
    ...filters,
    asked: (now) => ({
      view,
      ...(q && { q }),
      ...(model && { model }),
      ...(state && { state }),
      ...(tier && { tier }),
      ...(due && view !== 'done' && { dueBefore: new Date(now.getTime() + dueWithin[due]).toISOString() }),
    }),
  };
}

/** The address that shows this, with some of it changed. */
export const inboxHref = (filters: InboxFilters, change: Partial<InboxFilters> & { cursor?: string } = {}): string => {
  const { view, q, model, state, tier, due, cursor } = { cursor: undefined, ...filters, ...change };
  return hrefWith('/reviews', { view, q, model, state, tier, due, cursor });
};

export const isFiltered = ({ q, model, state, tier, due }: InboxFilters): boolean =>
  [q, model, state, tier, due].some((given) => given !== undefined);
