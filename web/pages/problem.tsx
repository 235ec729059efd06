import type { Context } from 'hono';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Web, WebEnv } from '../context.ts';
import { problems, refusalFrom } from '../../api/errors.ts';
import { sendPage } from '../send-page.tsx';

interface Problem {
  code: ErrorCode;
  detail: string | undefined;
  /** Under which the log tells more. */
  requestId?: string | undefined;
}

const words: Partial<Record<ErrorCode, { title: string; advice: string }>> = {
  NOT_FOUND: {
    title: 'There is nothing here',
    advice:
      'The address may be mistyped, or it is something that your role does not show you. If somebody sent you here, ask them who may see it.',
  },
  FORBIDDEN: {
    title: 'You may not do this',
    advice: 'An administrator can give you the role that it needs. What you tried has changed nothing.',
  },
  EVIDENCE_CHANGED: {
    title: 'This changed while you were reading',
    advice: 'Go back, read it again and decide on what you see then.',
  },
  IDEMPOTENCY_CONFLICT: {
    title: 'This page sent something else before',
    advice: 'Load it again: it shows what stands. Then write anew what you wanted to add.',
  },
  RATE_LIMITED: { title: 'That was too much at once', advice: 'Wait a minute and try again.' },
  NOT_READY: {
    title: 'Not ready yet',
    advice: 'A part of the system is not answering. Try again in a moment; nothing is lost.',
  },
  INTERNAL: {
    title: 'That did not work, and it is our fault',
    advice:
      'Nothing that you sent was half done: it is recorded whole or not at all. Go back and try again; if it stays, give an administrator the number below.',
  },
};
const conflict = { title: 'Somebody was faster', advice: 'Open it again: it shows who acted and when.' };
const refused = { title: 'That was refused', advice: 'Go back and change what it names.' };

export const sendProblem = (context: Context<WebEnv>, web: Web, { code, detail, requestId }: Problem) =>
  sendPage(context, web, {
    title: wordsFor(code).title,
    status: problems[code].status,
    content: <ProblemPage code={code} detail={detail} requestId={requestId} />,
  });

/** Answers any error with a page that says what to do. A fault of ours is logged, and its text is kept from the page. */
export async function sendError(context: Context<WebEnv>, web: Web, error: Error) {
  const { code, message, extra } = refusalFrom(context.var, error);
  const requestId = typeof extra['requestId'] === 'string' ? extra['requestId'] : undefined;
  return sendProblem(context, web, { code, detail: code === 'INTERNAL' ? undefined : message, requestId });
}

function wordsFor(code: ErrorCode): { title: string; advice: string } {
  return words[code] ?? (problems[code].status === 409 ? conflict : refused);
}

function ProblemPage({ code, detail, requestId }: Problem) {
  const { title, advice } = wordsFor(code);
  return (
    <div class="mx-auto max-w-lg space-y-4 pt-12 sm:pt-24">
      <p class="text-muted-foreground font-mono text-[0.8125rem]">
        {problems[code].status} {code}
      </p>
      <h1 class="text-2xl font-semibold tracking-tight">{title}</h1>
      {detail && <p class="leading-relaxed break-words">{detail}</p>}
      <p class="text-muted-foreground leading-relaxed">{advice}</p>
      {requestId && <p class="mono text-muted-foreground break-all">{requestId}</p>}
      <p class="pt-2">
        <a class="btn" href="/reviews">
          Go to your reviews
        </a>
      </p>
    </div>
  );
}
