import type { ReviewSummary } from '../../api/schemas/views.ts';
import { Icon } from './icon.tsx';
import { reviewHref } from '../links.ts';

/** The next question for the reader, one key away. */
export function NextReview({ next, queue }: { next: ReviewSummary | undefined; queue: readonly string[] }) {
  if (!next) {
    return (
      <p class="text-muted-foreground no-print border-t pt-3">
        Nothing else waits for you.{' '}
        <a class="link" href="/reviews">
          All reviews
        </a>
      </p>
    );
  }
  return (
    <a
      class="btn no-print h-auto w-full justify-start py-2 text-start whitespace-normal"
      data-variant="outline"
      href={reviewHref(
        next.id,
        queue.filter((id) => id !== next.id),
      )}
      data-key="j"
      aria-keyshortcuts="J"
    >
      <span class="min-w-0 flex-1">
        <span class="text-muted-foreground block text-xs font-normal">Next for you</span>
        <span class="block break-words">{next.question}</span>
        <span class="text-muted-foreground block text-xs font-normal break-all">
          {next.modelVersion.model} {next.modelVersion.version}
        </span>
      </span>
      <kbd class="kbd" aria-hidden="true" data-shortcut-hint hidden>
        J
      </kbd>
      <Icon name="arrow-right" />
    </a>
  );
}
