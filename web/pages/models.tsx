import { Hono } from 'hono';
import type { ModelSummary, ModelView } from '../../api/schemas/views.ts';
import { HowToSubmit } from '../components/how-to-submit.tsx';
import { Badge, EmptyState, PageHead, Pager } from '../components/parts.tsx';
import { StageWord } from '../components/stage-word.tsx';
import { Time } from '../components/time.tsx';
import { useNames, type Web, type WebEnv } from '../context.ts';
import { callerOf, hrefWith, queryOf, requireCaller } from '../routes.ts';
import { sendPage } from '../send-page.tsx';
import type { Page } from '../services.ts';
import { tierWords } from '../words/names.ts';
import { countOf } from '../words/numbers.ts';
import { versionHref } from '../links.ts';

/** What is governed here, and the versions of each model. */
export function modelRoutes(web: Web): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();

  routes.get('/models', requireCaller, async (context) => {
    const cursor = queryOf(context, 'cursor');
    const page = await web.services.listModels(callerOf(context), { limit: 50, ...(cursor ? { cursor } : {}) });
    return sendPage(context, web, {
      title: 'Models',
      handles: page.items.map((model) => model.latest.owner),
      content: <ModelsPage page={page} cursor={cursor} />,
    });
  });

  routes.get('/models/:model', requireCaller, async (context) => {
    const model = await web.services.getModel(callerOf(context), context.req.param('model'));
    return sendPage(context, web, {
      title: model.model,
      handles: model.versions.map((version) => version.owner),
      content: <ModelPage model={model} />,
    });
  });

  return routes;
}

const row =
  'hover:bg-muted/50 relative grid gap-x-6 gap-y-1 px-4 py-3 md:grid-cols-[minmax(0,1fr)_9rem_10rem_11rem] md:items-center';

function ModelsPage({ page, cursor }: { page: Page<ModelSummary>; cursor: string | undefined }) {
  const nameOf = useNames();
  return (
    <div class="space-y-5">
      <PageHead
        title="Models"
        lead="Everything that pipelines have submitted, newest first, and where its latest version stands."
      />
      <div class="card">
        {page.items.length === 0 ? (
          <EmptyState title="No model yet" icon="git-branch">
            A model appears when a pipeline submits its first version.
            <HowToSubmit />
          </EmptyState>
        ) : (
          <ul class="divide-y">
            {page.items.map((model) => (
              <li class={row} data-row>
                <div class="min-w-0">
                  <h2 class="truncate font-medium">
                    <a href={`/models/${encodeURIComponent(model.model)}`} class="after:absolute after:inset-0">
                      {model.model}
                    </a>
                  </h2>
                  <p class="text-muted-foreground text-[0.8125rem]">
                    {countOf(model.versions, 'version')}, latest {model.latest.version}
                  </p>
                </div>
                <StageWord stage={model.latest.stage} />
                <p class="text-muted-foreground text-[0.8125rem]">{tierWords[model.latest.riskTier]}</p>
                <p class="text-muted-foreground truncate text-[0.8125rem] md:text-end">
                  {nameOf(model.latest.owner)} · <Time at={model.latest.updatedAt} as="day" />
                </p>
              </li>
            ))}
          </ul>
        )}
      </div>
      <Pager
        nextHref={page.nextCursor === null ? null : hrefWith('/models', { cursor: page.nextCursor })}
        firstHref={cursor === undefined ? null : '/models'}
      />
    </div>
  );
}

function ModelPage({ model }: { model: ModelView }) {
  const nameOf = useNames();
  return (
    <div class="space-y-5">
      <PageHead
        trail={[{ label: 'Models', href: '/models' }, { label: model.model }]}
        title={model.model}
        badges={
          <>
            <Badge>{countOf(model.versions.length, 'version')}</Badge>
            <Badge>
              First submitted <Time at={model.createdAt} as="day" />
            </Badge>
          </>
        }
      />
      <ul class="card divide-y" aria-label="Versions">
        {model.versions.map((version) => (
          <li class={row} data-row>
            <h2 class="truncate font-medium">
              <a href={versionHref(version)} class="after:absolute after:inset-0">
                Version {version.version}
              </a>
            </h2>
            <StageWord stage={version.stage} />
            <p class="text-muted-foreground text-[0.8125rem]">{tierWords[version.riskTier]}</p>
            <p class="text-muted-foreground truncate text-[0.8125rem] md:text-end">
              {nameOf(version.owner)} · <Time at={version.createdAt} as="day" />
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}
