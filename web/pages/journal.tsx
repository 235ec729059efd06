import { Hono } from 'hono';
import type { JournalEntryView, Verification } from '../../api/schemas/views.ts';
import { shortDigest } from '../../domain/digest.ts';
import { entryTypes } from '../../domain/journal.ts';
import { useActorName } from '../components/diary.tsx';
import { Icon } from '../components/icon.tsx';
import { EmptyState, Fold, Notice, PageHead, Pager } from '../components/parts.tsx';
import { Time } from '../components/time.tsx';
import { useNames, type Web, type WebEnv } from '../context.ts';
import { callerOf, hrefWith, queryOf, requireCaller } from '../routes.ts';
import { sendPage } from '../send-page.tsx';
import type { Page } from '../services.ts';
import { describeEntry, handlesIn, quoteReason } from '../words/journal-sentence.ts';
import { countOf } from '../words/numbers.ts';
import { versionHref } from '../links.ts';

type NamedVersion = { id: string; model: string; version: string };

/** Who did what and why, and the proof that nobody changed it since. */
export function journalRoutes(web: Web): Hono<WebEnv> {
  const { services } = web;
  const routes = new Hono<WebEnv>();

  routes.get('/journal', requireCaller, async (context) => {
    const caller = callerOf(context);
    const filters = {
      stream: queryOf(context, 'stream'),
      type: queryOf(context, 'type'),
      actor: queryOf(context, 'actor'),
    };
    const cursor = queryOf(context, 'cursor');
    const given = Object.fromEntries(Object.entries({ ...filters, cursor }).filter(([, value]) => value !== undefined));
    const page = await services.listJournal(caller, { limit: 50, ...given });
    const streams = [
      ...new Set([...page.items.map((entry) => entry.stream), ...(filters.stream ? [filters.stream] : [])]),
    ];
    const [versions, verification] = await Promise.all([
      services.nameVersions(streams),
      context.req.query('verify') === undefined ? undefined : services.verifyJournal(caller),
    ]);
    return sendPage(context, web, {
      title: 'Journal',
      handles: page.items.flatMap(handlesIn),
      content: (
        <JournalPage
          page={page}
          filters={filters}
          cursor={cursor}
          versions={new Map(versions.map((version) => [version.id, version]))}
          verification={verification}
        />
      ),
    });
  });

  // What the verify button asks when there is a script; without one the page itself answers.
  routes.get('/journal/verify', requireCaller, async (context) => {
    const verification = await services.verifyJournal(callerOf(context));
    return context.json({ ...verification, sentence: describeVerification(verification) });
  });

  return routes;
}

/** The verdict on the whole journal as one plain sentence. */
export function describeVerification({ ok, streams, entries, broken }: Verification): string {
  if (ok)
    return `All ${countOf(entries, 'entry', 'entries')} in ${countOf(streams, 'chain')} are as they were written; none is missing.`;
  if (!broken) return 'The journal does not hold.';
  return `Entry ${broken.position} of ${broken.stream} does not hold: ${broken.problem}. Everything before it does.`;
}

interface JournalPageProps {
  page: Page<JournalEntryView>;
  filters: { stream: string | undefined; type: string | undefined; actor: string | undefined };
  cursor: string | undefined;
  versions: ReadonlyMap<string, NamedVersion>;
  verification: Verification | undefined;
}

function JournalPage({ page, filters, cursor, versions, verification }: JournalPageProps) {
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const stream = filters.stream && versions.get(filters.stream);
  return (
    <div class="space-y-5">
      <PageHead
        title="Journal"
        lead={
          stream ? (
            <>
              Only the story of{' '}
              <a class="link" href={versionHref(stream)}>
                {stream.model}, version {stream.version}
              </a>
              .
            </>
          ) : (
            'Every step, by people and by software, with its reason. Each entry carries the digest of the one before it, so a later change shows.'
          )
        }
        action={
          <div class="no-print flex flex-wrap gap-2">
            {stream === undefined && (
              <a class="btn" data-variant="outline" href="/v1/approvals/export?format=csv">
                <Icon name="download" /> Approvals of a year
              </a>
            )}
            <a class="btn" data-variant="outline" href={hrefWith('/v1/journal/export', { stream: filters.stream })}>
              <Icon name="download" /> Export
            </a>
            <form method="get" action="/journal" data-verify>
              {Object.entries(filters).map(
                ([name, value]) => value !== undefined && <input type="hidden" name={name} value={value} />,
              )}
              <input type="hidden" name="verify" value="1" />
              <button class="btn">
                <Icon name="shield-check" /> Verify
              </button>
            </form>
          </div>
        }
      />
      <div data-verification class={verification ? 'card px-4 py-3' : 'card hidden px-4 py-3'} role="status">
        {verification && <Notice look={verification.ok ? 'done' : 'fail'} title={describeVerification(verification)} />}
      </div>
      <Filters filters={filters} isFiltered={isFiltered} />
      {page.items.length === 0 ? (
        <div class="card">
          <EmptyState
            title={isFiltered ? 'Nothing matches these filters' : 'Nothing has happened yet'}
            icon={isFiltered ? 'search' : 'inbox'}
          >
            {isFiltered ? (
              <a class="link" href="/journal">
                Show the whole journal
              </a>
            ) : (
              'The first entry is written when a pipeline submits a version.'
            )}
          </EmptyState>
        </div>
      ) : (
        <Days entries={page.items} versions={versions} />
      )}
      <Pager
        nextHref={page.nextCursor === null ? null : hrefWith('/journal', { ...filters, cursor: page.nextCursor })}
        firstHref={cursor === undefined ? null : hrefWith('/journal', filters)}
      />
    </div>
  );
}

function Filters({ filters, isFiltered }: Pick<JournalPageProps, 'filters'> & { isFiltered: boolean }) {
  return (
    <form method="get" action="/journal" class="no-print grid gap-2 sm:flex sm:flex-wrap" role="search">
      <select class="select sm:w-auto" name="type" aria-label="Kind of step">
        <option value="">Every kind of step</option>
        {entryTypes.map((type) => (
          <option value={type} selected={filters.type === type}>
            {type.replaceAll(/[._]/g, ' ')}
          </option>
        ))}
      </select>
      <input
        class="input sm:w-44"
        type="search"
        name="actor"
        value={filters.actor ?? ''}
        placeholder="Who (handle)"
        aria-label="Who acted, by handle"
        data-key="/"
        aria-keyshortcuts="/"
      />
      <input
        class="input sm:w-64"
        type="search"
        name="stream"
        value={filters.stream ?? ''}
        placeholder="Version id"
        aria-label="Model version, by id"
      />
      <button class="btn" data-variant="outline">
        Filter
      </button>
      {isFiltered && (
        <a class="btn" data-variant="ghost" href="/journal">
          Show all
        </a>
      )}
    </form>
  );
}

function Days({
  entries,
  versions,
}: {
  entries: readonly JournalEntryView[];
  versions: ReadonlyMap<string, NamedVersion>;
}) {
  const days = Map.groupBy(entries, (entry) => entry.at.slice(0, 10));
  return (
    <div class="space-y-6">
      {[...days].map(([day, ofDay]) => (
        <section aria-labelledby={`day-${day}`}>
          <h2 class="text-muted-foreground pb-2 text-[0.8125rem] font-medium" id={`day-${day}`}>
            <Time at={ofDay[0]?.at ?? day} as="long-day" />
          </h2>
          <ol class="card divide-y">
            {ofDay.map((entry) => (
              <Entry entry={entry} version={versions.get(entry.stream)} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function Entry({ entry, version }: { entry: JournalEntryView; version: NamedVersion | undefined }) {
  const nameOf = useNames();
  const actorName = useActorName();
  const isSoftware = entry.actor.type !== 'user';
  const isRefused = entry.type === 'decision.refused';
  return (
    <li
      class="grid grid-cols-[1rem_minmax(0,1fr)] gap-x-3 px-4 py-3 sm:grid-cols-[3.25rem_1rem_minmax(0,1fr)_auto]"
      data-row
    >
      <p class="text-muted-foreground num hidden text-[0.8125rem] sm:block">
        <Time at={entry.at} as="clock" />
      </p>
      <Icon
        name={isRefused ? 'ban' : isSoftware ? 'monitor' : 'user-round'}
        class={`mt-0.5 size-4 ${isRefused ? 'text-warn' : 'text-muted-foreground'}`}
        title={isSoftware ? 'Software' : 'A person'}
      />
      <div class="min-w-0 space-y-0.5">
        <p class="break-words">
          <span class={isSoftware ? '' : 'font-medium'}>{actorName(entry)}</span>{' '}
          <span class="text-muted-foreground">{describeEntry(entry, nameOf)}</span>
        </p>
        <p class="text-muted-foreground text-[0.8125rem] sm:hidden">
          <Time at={entry.at} as="clock" />
          {version && (
            <>
              {' · '}
              <a class="hover:underline" href={versionHref(version)}>
                {version.model} {version.version}
              </a>
            </>
          )}
        </p>
        <div class="text-muted-foreground flex flex-wrap items-baseline gap-x-3 text-[0.8125rem] leading-relaxed">
          {entry.reason && <p class="min-w-0 break-words">{quoteReason(entry)}</p>}
          <Fold label="Proof" class="text-xs open:basis-full">
            <div class="mt-1.5 space-y-2">
              <dl class="text-muted-foreground grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1">
                <dt>Place</dt>
                <dd class="break-all">
                  {entry.stream}, entry {entry.position}
                </dd>
                <dt>Kind</dt>
                <dd class="font-mono break-all">{entry.type}</dd>
                <dt>Hash</dt>
                <dd class="font-mono break-all">{entry.hash}</dd>
                <dt>Before it</dt>
                <dd class="font-mono break-all" title={entry.previousHash}>
                  {shortDigest(entry.previousHash)}
                </dd>
              </dl>
              <pre
                class="bg-muted max-h-64 overflow-auto rounded-md p-2.5 font-mono break-words whitespace-pre-wrap"
                tabindex={0}
              >
                {JSON.stringify(entry.data, null, 2)}
              </pre>
            </div>
          </Fold>
        </div>
      </div>
      {version && (
        <a
          class="text-muted-foreground hover:text-foreground hidden max-w-52 truncate text-[0.8125rem] hover:underline sm:block sm:text-end"
          href={versionHref(version)}
        >
          {version.model} {version.version}
        </a>
      )}
    </li>
  );
}
