import type { Child } from 'hono/jsx';
import { isClosed } from '../../domain/review.ts';
import { useNames } from '../context.ts';
import { fieldOf } from '../form-fields.ts';
import { decisionVerbs } from '../words/names.ts';
import { formatBytes, joinWords } from '../words/numbers.ts';
import { Icon, type IconName } from './icon.tsx';
import { NoLongerCounts } from './no-longer-counts.tsx';
import { Card, Who } from './parts.tsx';
import type { ReviewPageData } from './review-data.ts';
import { Time } from './time.tsx';
import { WhyRefused } from './why-refused.tsx';

interface Turn {
  at: string;
  by: string;
  icon: IconName;
  did: Child;
  text?: string;
  more?: Child;
}

/** What was said, asked, attached and decided, in the order of time, and room to say more. */
export function Conversation(data: ReviewPageData) {
  const { review, thread, transitions } = data;
  const isSilent = thread.comments.length + thread.attachments.length + review.decisions.length === 0;
  const mayComment = transitions.allowed.includes('comment');
  const mayAttach = transitions.allowed.includes('attach');
  if (isSilent && !mayComment) return <></>;
  return (
    <Card
      title="Conversation"
      id="conversation"
      aside={thread.attachments.length > 0 ? `${thread.attachments.length} attached` : undefined}
      flush
    >
      <div data-live="conversation">
        <Turns review={review} thread={thread} />
      </div>
      {(mayComment || mayAttach) && (
        <div class="no-print grid gap-x-6 gap-y-4 border-t px-4 py-3.5">
          {mayComment && <CommentForm {...data} />}
          {mayAttach && !isClosed(review.state) && <AttachForm {...data} />}
        </div>
      )}
    </Card>
  );
}

/** What was said so far. */
export function Turns(data: Pick<ReviewPageData, 'review' | 'thread'>) {
  const turns = turnsOf(data);
  return turns.length === 0 ? (
    <p class="text-muted-foreground px-4 py-3.5">Nobody has said anything yet.</p>
  ) : (
    <ol class="divide-y">
      {turns.map((turn) => (
        <li class="flex gap-2.5 px-4 py-3">
          <Icon name={turn.icon} class="text-muted-foreground mt-0.5 size-4" />
          <div class="min-w-0 flex-1 space-y-1">
            <p class="text-[0.8125rem]">
              <Who handle={turn.by} /> <span class="text-muted-foreground">{turn.did}</span>{' '}
              <span class="text-muted-foreground">
                · <Time at={turn.at} />
              </span>
            </p>
            {turn.text && <p class="leading-relaxed break-words whitespace-pre-line">{turn.text}</p>}
            {turn.more}
          </div>
        </li>
      ))}
    </ol>
  );
}

const decisionIcons = {
  APPROVED: 'check',
  REJECTED: 'x',
  CHANGES_REQUESTED: 'pencil-line',
  ABSTAINED: 'circle',
} as const;

function turnsOf({ review, thread }: Pick<ReviewPageData, 'review' | 'thread'>): Turn[] {
  const nameOf = useNames();
  const names = (handles: readonly string[]) => joinWords(handles.map(nameOf));
  return [
    ...thread.comments.map((comment): Turn => {
      const shared = { at: comment.at, by: comment.by, text: comment.text };
      if (comment.kind === 'question')
        return { ...shared, icon: 'circle-help', did: `asked ${names(comment.mentions)}` };
      return { ...shared, icon: 'message-square', did: comment.kind === 'answer' ? 'answered' : 'commented' };
    }),
    ...thread.attachments.map((file): Turn => ({
      at: file.at,
      by: file.by,
      icon: 'paperclip',
      did: 'attached',
      more: (
        <p class="text-[0.8125rem] break-words">
          <a
            class="link"
            href={`/v1/reviews/${encodeURIComponent(review.id)}/attachments/${encodeURIComponent(file.id)}`}
            download={file.name}
          >
            {file.name}
          </a>{' '}
          <span class="text-muted-foreground tabular-nums">{formatBytes(file.size)}</span>
        </p>
      ),
    })),
    ...review.decisions.map((decision): Turn => ({
      at: decision.at,
      by: decision.by,
      icon: decisionIcons[decision.outcome],
      did: `${decisionVerbs[decision.outcome]}${decision.onBehalfOf === null ? '' : ` for ${nameOf(decision.onBehalfOf)}`}${decision.isCarried ? ', on an earlier round' : ''}`,
      text: decision.reason === '' ? '' : `“${decision.reason}”`,
      more: <NoLongerCounts decision={decision} />,
    })),
  ].toSorted((a, b) => a.at.localeCompare(b.at));
}

function CommentForm({ review, failed, idempotencyKey }: ReviewPageData) {
  const kept = failed?.verb === 'comment' ? fieldOf(failed.fields, 'text') : '';
  return (
    <form
      method="post"
      action={`/reviews/${encodeURIComponent(review.id)}/comments`}
      class="flex flex-col gap-2"
      data-once
    >
      <input type="hidden" name="idempotencyKey" value={idempotencyKey} />
      <WhyRefused failed={failed} verb="comment" />
      <label class="label" for="comment">
        Comment
      </label>
      <textarea
        class="textarea"
        id="comment"
        name="text"
        rows={1}
        maxlength={8000}
        required
        aria-describedby="comment-hint"
      >
        {kept}
      </textarea>
      <div class="flex flex-wrap items-center justify-between gap-2">
        <p class="text-muted-foreground text-xs" id="comment-hint">
          Whoever you name as <span class="mono text-xs">@handle</span> hears of it. It stays on record.
        </p>
        <button class="btn" data-variant="outline" data-size="sm">
          Comment
        </button>
      </div>
    </form>
  );
}

function AttachForm({ review, failed }: ReviewPageData) {
  return (
    <form
      method="post"
      enctype="multipart/form-data"
      action={`/reviews/${encodeURIComponent(review.id)}/attachments`}
      class="flex flex-col gap-2 border-t pt-3.5"
      data-once
    >
      <WhyRefused failed={failed} verb="attach" />
      <div class="flex flex-wrap items-center gap-x-3 gap-y-2">
        <label class="label" for="attachment">
          Attach a file
        </label>
        <input
          class="file:bg-muted text-muted-foreground min-w-0 flex-1 text-[0.8125rem] file:me-2 file:rounded-md file:px-2 file:py-1"
          type="file"
          id="attachment"
          name="file"
          required
        />
        <button class="btn" data-variant="outline" data-size="sm">
          Attach
        </button>
      </div>
    </form>
  );
}
