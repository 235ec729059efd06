import { Hono } from 'hono';
import { Refused } from '../../domain/errors.ts';
import { PageHead } from '../components/parts.tsx';
import { usePage, type Web, type WebEnv } from '../context.ts';
import { fieldOf } from '../form-fields.ts';
import { callerOf, queryOf, requireCaller } from '../routes.ts';
import { sendPage } from '../send-page.tsx';

/** Where a signed-in person says once that a Slack user is them. */
export function slackLinkRoutes({ services, ...web }: Web): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  routes.use('/slack/link', requireCaller);
  const send = (context: Parameters<typeof sendPage>[0], content: Parameters<typeof sendPage>[2]['content']) =>
    sendPage(context, { services, ...web }, { title: 'Link Slack', content });

  routes.get('/slack/link', async (context) => {
    const code = queryOf(context, 'code') ?? '';
    return send(context, <AskPage code={code} slackUserId={await services.readSlackLink(code)} />);
  });

  routes.post('/slack/link', async (context) => {
    const code = fieldOf(await context.req.parseBody({ all: true }), 'code');
    if (code === '') throw new Refused('INVALID', 'The link names no code.');
    const slackUserId = await services.linkSlack(callerOf(context), code);
    return send(
      context,
      <PageHead
        title="Slack is linked"
        lead={`Reviews come to you in Slack from now on, and what you press there counts as yours (${slackUserId}). You can close this page.`}
      />,
    );
  });
  return routes;
}

function AskPage({ code, slackUserId }: { code: string; slackUserId: string }) {
  const { caller } = usePage();
  return (
    <div class="max-w-xl space-y-5">
      <PageHead
        title="Is this Slack account yours?"
        lead={`From then on, what the Slack user ${slackUserId} decides counts as a decision of ${caller?.person.name ?? 'yours'}. Go on only if you asked for this link in Slack yourself, a moment ago: whoever sent it to you instead could decide in your name.`}
      />
      <form method="post" action="/slack/link" class="flex gap-2">
        <input type="hidden" name="code" value={code} />
        <button class="btn">Yes, link it to me</button>
        <a class="btn" data-variant="outline" href="/reviews">
          No
        </a>
      </form>
    </div>
  );
}
