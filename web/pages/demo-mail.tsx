// The mails that the demo sent, as their readers would see them. None of this exists outside of demo mode.
import { Hono } from 'hono';
import type { CaughtMail, Mailbox } from '../../api/services/mailbox.ts';
import { Refused } from '../../domain/errors.ts';
import { EmptyState, Facts, PageHead } from '../components/parts.tsx';
import { Time } from '../components/time.tsx';
import type { Web, WebEnv } from '../context.ts';
import { hrefWith, queryOf } from '../routes.ts';
import { sendPage } from '../send-page.tsx';

/** The frame's own: nothing runs, nothing is fetched; a link opens beside it. */
const frameHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox",
  'x-frame-options': 'SAMEORIGIN',
} as const;

export function demoMailRoutes(web: Web, mailbox: Mailbox): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();

  const findMail = (id: string): CaughtMail => {
    const mail = mailbox.find(id);
    if (!mail) throw new Refused('NOT_FOUND', 'There is no such mail.');
    return mail;
  };

  routes.get('/demo/mail', async (context) => {
    if (context.req.query('format') === 'json')
      return context.json({
        items: mailbox.list().map(({ to, subject, text, html, headers }) => ({ to, subject, text, html, headers })),
        nextCursor: null,
      });
    const to = queryOf(context, 'to');
    const mails = mailbox.list().filter((mail) => to === undefined || mail.to === to);
    const readers = [...new Set(mailbox.list().map((mail) => mail.to))].sort();
    return sendPage(context, web, { title: 'Mail of the demo', content: <MailList mails={mails} readers={readers} to={to} /> });
  }); // prettier-ignore

  routes.get('/demo/mail/:id', (context) => {
    const mail = findMail(context.req.param('id'));
    return sendPage(context, web, { title: mail.subject, content: <MailPage mail={mail} /> });
  });

  routes.get('/demo/mail/:id/html', (context) => {
    const mail = findMail(context.req.param('id'));
    return context.html(withPictures(mail), 200, frameHeaders);
  });

  return routes;
}

/** Pictures stand within the mail; a frame shows them only as addresses that hold them. */
const withPictures = ({ html, pictures }: CaughtMail): string =>
  html
    .replaceAll(/cid:([^"'\s>)]+)/g, (whole, cid: string) => {
      const picture = pictures[cid];
      return picture ? `data:${picture.mediaType};base64,${picture.base64}` : whole;
    })
    .replace(/<head>/i, '<head><base target="_blank">');

function MailList({
  mails,
  readers,
  to,
}: {
  mails: readonly CaughtMail[];
  readers: readonly string[];
  to: string | undefined;
}) {
  return (
    <div class="space-y-6">
      <PageHead
        title="Mail of the demo"
        lead="Every mail that Countersign sent, caught on this machine: none left it. Each stands here as its reader would see it, in both forms."
      />
      {readers.length > 1 && (
        <nav aria-label="Readers" class="flex flex-wrap gap-2">
          {[undefined, ...readers].map((reader) => (
            <a
              class="badge bg-card aria-[current]:bg-primary aria-[current]:text-primary-foreground"
              href={hrefWith('/demo/mail', { to: reader })}
              {...(reader === to ? { 'aria-current': 'true' } : {})}
            >
              {reader ?? 'Everybody'}
            </a>
          ))}
        </nav>
      )}
      <section class="card min-w-0" aria-label="Mails">
        {mails.length === 0 ? (
          <EmptyState title="No mail yet" icon="inbox">
            When a review opens, everybody who may decide on it gets one. Submit a version, and it appears here within
            seconds.
          </EmptyState>
        ) : (
          <ul class="divide-y">
            {mails.map((mail) => (
              <li>
                <a href={`/demo/mail/${mail.id}`} class="hover:bg-muted/60 block px-4 py-3">
                  <span class="flex flex-wrap items-baseline justify-between gap-x-4">
                    <span class="text-muted-foreground text-[0.8125rem] break-all">to {mail.to}</span>
                    <span class="text-muted-foreground text-[0.8125rem]">
                      <Time at={mail.at} />
                    </span>
                  </span>
                  <span class="block font-medium break-words">{mail.subject}</span>
                </a>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

const shownHeaders = ['message-id', 'in-reply-to', 'references', 'reply-to', 'auto-submitted', 'date'];

function MailPage({ mail }: { mail: CaughtMail }) {
  return (
    <div class="space-y-6">
      <PageHead
        trail={[{ label: 'Mail of the demo', href: '/demo/mail' }, { label: mail.to, href: hrefWith('/demo/mail', { to: mail.to }) }]}
        title={mail.subject}
        lead={
          <>
            From {mail.from} to {mail.to}, <Time at={mail.at} />
          </>
        }
      />
      <div class="grid gap-6 lg:grid-cols-2">
        <section class="card flex min-w-0 flex-col overflow-hidden" aria-labelledby="html-heading">
          <header class="flex items-baseline justify-between border-b px-4 pt-3.5 pb-3">
            <h2 class="font-semibold" id="html-heading">
              HTML
            </h2>
            <a class="text-muted-foreground text-[0.8125rem] underline underline-offset-2" href={`/demo/mail/${mail.id}/html`} target="_blank" rel="noopener">
              by itself
            </a>
          </header>
          <iframe
            src={`/demo/mail/${mail.id}/html`}
            title="The mail as HTML"
            sandbox="allow-popups allow-popups-to-escape-sandbox"
            class="block min-h-[60rem] w-full flex-1"
          ></iframe>
        </section>
        <section class="card min-w-0" aria-labelledby="text-heading">
          <header class="border-b px-4 pt-3.5 pb-3">
            <h2 class="font-semibold" id="text-heading">
              Text
            </h2>
          </header>
          <div class="mono px-4 py-3 text-[0.8125rem] leading-relaxed break-words whitespace-pre-wrap">
            <Linked text={mail.text} />
          </div>
        </section>
      </div>
      <section class="card min-w-0" aria-labelledby="headers-heading">
        <header class="px-4 pt-3.5 pb-2">
          <h2 class="font-semibold" id="headers-heading">
            Headers
          </h2>
        </header>
        <div class="px-4 pb-4 text-[0.8125rem]">
          <Facts
            rows={shownHeaders.flatMap((name) => {
              const value = mail.headers[name];
              return value === undefined ? [] : [[name, <span class="mono break-all">{value}</span>] as const];
            })}
          />
        </div>
      </section>
    </div>
  ); // prettier-ignore
}

/** Addresses on lines of their own, which is where our mails have them, can be followed. */
function Linked({ text }: { text: string }) {
  return (
    <>
      {text.split(/(https?:\/\/\S+)/).map((part, index) =>
        index % 2 === 1 ? (
          <a class="break-all underline underline-offset-2" href={part} rel="noopener">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </>
  );
}
