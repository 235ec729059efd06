import type { JournalEntryView } from '../../api/schemas/views.ts';
import { useNames } from '../context.ts';
import { describeEntry, describeSystem, quoteReason } from '../words/journal-sentence.ts';
import { Time } from './time.tsx';

/** The actor in words: a person's name, or which part of the software it was. */
export function useActorName(): (entry: Pick<JournalEntryView, 'actor'>) => string {
  const nameOf = useNames();
  return ({ actor }) => (actor.type === 'system' ? describeSystem(actor.id) : nameOf(actor.id));
}

/** A few entries in order, as in a margin: who did what, why, when. */
export function Diary({ entries }: { entries: readonly JournalEntryView[] }) {
  const nameOf = useNames();
  const actorName = useActorName();
  return (
    <ol class="space-y-3">
      {entries.map((entry) => (
        <li>
          <p class="break-words">
            <span class={entry.actor.type === 'system' ? 'text-muted-foreground' : 'font-medium'}>
              {actorName(entry)}
            </span>{' '}
            <span class="text-muted-foreground">{describeEntry(entry, nameOf)}</span>
          </p>
          <p class="text-muted-foreground text-xs leading-relaxed break-words">
            {entry.reason && <>{quoteReason(entry)} · </>}
            <Time at={entry.at} />
          </p>
        </li>
      ))}
    </ol>
  );
}
