import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { Refused, type ErrorCode } from '../../domain/errors.ts';
import type { Web, WebEnv } from '../context.ts';
import { refusalStatus } from '../refusal-status.ts';
import { sendPage } from '../send-page.tsx';

interface Problem {
  code: ErrorCode;
  detail: string | undefined;
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
  RATE_LIMITED: { title: 'That was too much at once', advice: 'Wait a minute and try again.' },
  NOT_READY: {
    title: 'Not ready yet',
    advice: 'A part of the system is not answering. Try again in a moment; nothing is lost.',
  },
  INTERNAL: {
    title: 'That did not work, and it is our fault',
    advice:
      'Nothing that you sent was half done: it is recorded whole or not at all. Go back and try again; if it stays, tell an administrator when it happened.',
  },
};
const conflict = { title: 'Somebody was faster', advice: 'Open it again: it shows who acted and when.' };
const refused = { title: 'That was refused', advice: 'Go back and change what it names.' };

export const sendProblem = (context: Context<WebEnv>, web: Web, { code, detail }: Problem) =>
  sendPage(context, web, {
    title: wordsFor(code).title,
    status: refusalStatus[code],
    content: <ProblemPage code={code} detail={detail} />,
  });

/** Answers any error with a page that says what to do; a fault of ours is handed to `report` and its text is kept from the page. */
export async function sendError(context: Context<WebEnv>, web: Web, error: Error, report: (error: Error) => void) {
  if (error instanceof Refused) return sendProblem(context, web, { code: error.code, detail: error.message });
  if (error instanceof HTTPException && error.status === 403)
    return sendProblem(context, web, { code: 'FORBIDDEN', detail: 'The form did not come from this site.' });
  if (error instanceof HTTPException) return error.getResponse();
  report(error);
  return sendProblem(context, web, { code: 'INTERNAL', detail: undefined });
}

function wordsFor(code: ErrorCode): { title: string; advice: string } {
  return words[code] ?? (refusalStatus[code] === 409 ? conflict : refused);
}

function ProblemPage({ code, detail }: Problem) {
  const { title, advice } = wordsFor(code);
  return (
    <div class="mx-auto max-w-lg space-y-4 pt-12 sm:pt-24">
      <p class="text-muted-foreground font-mono text-[0.8125rem]">
        {refusalStatus[code]} {code}
      </p>
      <h1 class="text-2xl font-semibold tracking-tight">{title}</h1>
      {detail && <p class="leading-relaxed break-words">{detail}</p>}
      <p class="text-muted-foreground leading-relaxed">{advice}</p>
      <p class="pt-2">
        <a class="btn" href="/reviews">
          Go to your reviews
        </a>
      </p>
    </div>
  );
}
