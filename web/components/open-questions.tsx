import type { OpenQuestion } from '../../api/services/waiting-for-me.ts';
import { useNames, usePage } from '../context.ts';
import { reviewHref } from '../links.ts';
import { countOf } from '../words/numbers.ts';
import { formatAgo } from '../words/times.ts';
import { Icon } from './icon.tsx';

/** Reviews that rest until the reader answers; nothing where nobody asks. */
export function OpenQuestions({ questions }: { questions: readonly OpenQuestion[] }) {
  const nameOf = useNames();
  const { now } = usePage();
  if (questions.length === 0) return null;
  return (
    <section class="card" aria-labelledby="asked-of-you">
      <h2 id="asked-of-you" class="flex items-center gap-2 border-b px-4 py-3 font-medium">
        <Icon name="message-square" class="size-4" />
        {countOf(questions.length, 'question waits', 'questions wait')} for your answer
      </h2>
      <ul class="divide-y">
        {questions.map(({ reviewId, model, version, by, text, askedAt }) => (
          <li class="hover:bg-muted/50 relative px-4 py-3">
            <a href={`${reviewHref(reviewId)}#decision`} class="font-medium break-words after:absolute after:inset-0">
              {text}
            </a>
            <p class="text-muted-foreground text-[0.8125rem]">
              {nameOf(by)} asks before deciding on {model}, version {version} · {formatAgo(askedAt.toISOString(), now)}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
