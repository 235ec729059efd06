import type { FilterView } from '../../api/services/saved-filters.ts';
import { useNames, usePage } from '../context.ts';
import { inboxHref, isFiltered, type InboxQuery } from '../inbox-query.ts';
import { Icon } from './icon.tsx';
import { Fold } from './parts.tsx';

/** Filters that were kept: one's own and those that others share; and a way to keep this one. */
export function SavedFilters({ query, filters }: { query: InboxQuery; filters: readonly FilterView[] }) {
  const nameOf = useNames();
  const { caller, here } = usePage();
  const current = new URLSearchParams(inboxHref(query).split('?')[1] ?? '').toString();
  const own = filters.filter(({ by }) => by === caller?.person.handle);
  if (filters.length === 0 && !isFiltered(query)) return <></>;
  return (
    <div class="no-print flex flex-wrap items-center gap-2 text-[0.8125rem]">
      {filters.map((filter) => {
        const isCurrent = new URLSearchParams(filter.query).toString() === current;
        return (
          <a
            class="badge bg-card hover:bg-muted aria-[current]:border-foreground h-7 max-w-60 text-[0.8125rem]"
            href={`/reviews?${filter.query}`}
            {...(isCurrent ? { 'aria-current': 'true' } : {})}
            title={
              filter.isShared
                ? `Shared by ${filter.by === caller?.person.handle ? 'you' : nameOf(filter.by)}`
                : 'Seen by you alone'
            }
          >
            <Icon name={filter.isShared ? 'users-round' : 'bookmark'} />
            <span class="truncate">{filter.name}</span>
          </a>
        );
      })}
      {isFiltered(query) && (
        <Fold label="Keep this filter">
          <form method="post" action="/reviews/filters" class="flex flex-wrap items-center gap-2 pt-2">
            <input type="hidden" name="query" value={current} />
            <input
              class="input w-48"
              type="text"
              name="name"
              required
              maxlength={60}
              placeholder="Name"
              aria-label="Name of the filter"
              autocomplete="off"
            />
            <label class="flex items-center gap-1.5">
              <input type="checkbox" name="shared" value="yes" class="accent-foreground size-4" /> for everybody
            </label>
            <button class="btn" data-variant="outline" data-size="sm">
              Keep
            </button>
          </form>
        </Fold>
      )}
      {own.length > 0 && (
        <Fold label="Remove one">
          <ul class="flex flex-wrap gap-2 pt-2">
            {own.map((filter) => (
              <li>
                <form method="post" action={`/reviews/filters/${encodeURIComponent(filter.id)}/removal`}>
                  <input type="hidden" name="back" value={here} />
                  <button class="btn" data-variant="outline" data-size="sm">
                    <Icon name="x" /> {filter.name}
                  </button>
                </form>
              </li>
            ))}
          </ul>
        </Fold>
      )}
    </div>
  );
}
