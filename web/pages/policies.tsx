import { Hono } from 'hono';
import type { Child, PropsWithChildren } from 'hono/jsx';
import type { PolicySummary, PolicyView } from '../../api/schemas/views.ts';
import { Refused } from '../../domain/errors.ts';
import type { Check, SignOff } from '../../domain/policy.ts';
import { Icon } from '../components/icon.tsx';
import { Badge, Card, DigestBadge, EmptyState, Facts, PageHead } from '../components/parts.tsx';
import { Time } from '../components/time.tsx';
import { useNames, type Web, type WebEnv } from '../context.ts';
import { policyHref } from '../links.ts';
import { callerOf, requireCaller } from '../routes.ts';
import { sendPage } from '../send-page.tsx';
import { describeCheck } from '../words/check-sentence.ts';
import { describeDocument, describeLineage, describeRole, severityWords, tierWords } from '../words/names.ts';
import { countOf, joinWords, numberWord } from '../words/numbers.ts';
import { describeDuration } from '../words/times.ts';

/** The rules that versions are held to. */
export function policyRoutes(web: Web): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();

  routes.get('/policies', requireCaller, async (context) => {
    const policies = await web.services.listPolicies(callerOf(context));
    return sendPage(context, web, {
      title: 'Policies',
      handles: policies.map((policy) => policy.publishedBy),
      content: <PoliciesPage policies={policies} />,
    });
  });

  routes.get('/policies/:id/versions/:version', requireCaller, async (context) => {
    const version = Number(context.req.param('version'));
    if (!Number.isSafeInteger(version) || version < 1)
      throw new Refused('NOT_FOUND', 'Versions of a policy are numbered from 1.');
    const policy = await web.services.getPolicy(callerOf(context), context.req.param('id'), version);
    return sendPage(context, web, {
      title: policy.title,
      handles: [policy.publishedBy],
      content: <PolicyPage policy={policy} />,
    });
  });

  return routes;
}

function PoliciesPage({ policies }: { policies: readonly PolicySummary[] }) {
  const nameOf = useNames();
  return (
    <div class="space-y-5">
      <PageHead
        title="Policies"
        lead="What a version must show, who must agree and by when, for each tier of risk. A process keeps the version of the policy that it started with."
      />
      <div class="card">
        {policies.length === 0 ? (
          <EmptyState title="No policy is published" icon="scale">
            Until one is, no version can be taken in.{' '}
            <code class="mono">countersign policy publish policies/high.yaml</code> publishes one.
          </EmptyState>
        ) : (
          <ul class="divide-y">
            {policies.map((policy) => (
              <li
                class="hover:bg-muted/50 relative grid gap-x-6 gap-y-1 px-4 py-3 md:grid-cols-[minmax(0,1fr)_8rem_7rem_14rem] md:items-center"
                data-row
              >
                <h2 class="truncate font-medium">
                  <a href={policyHref(policy)} class="after:absolute after:inset-0">
                    {policy.title}
                  </a>
                </h2>
                <p class="text-[0.8125rem]">{tierWords[policy.riskTier]}</p>
                <p class="text-muted-foreground text-[0.8125rem]">version {policy.version}</p>
                <p class="text-muted-foreground truncate text-[0.8125rem] md:text-end">
                  {nameOf(policy.publishedBy)} · <Time at={policy.publishedAt} as="day" />
                </p>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function PolicyPage({ policy }: { policy: PolicyView }) {
  const { rules } = policy;
  const nameOf = useNames();
  const rejecting = rules.checks.filter((check) => check.onFail === 'reject');
  const asking = rules.checks.filter((check) => check.onFail === 'review');
  return (
    <div class="space-y-6">
      <PageHead
        trail={[{ label: 'Policies', href: '/policies' }, { label: policy.id }, { label: `version ${policy.version}` }]}
        title={policy.title}
        lead={rules.description || undefined}
        badges={
          <>
            <Badge>{tierWords[policy.riskTier]}</Badge>
            <Badge>Version {policy.version}</Badge>
            <DigestBadge digest={policy.digest} label="policy" />
          </>
        }
      />
      <div class="grid gap-6 lg:grid-cols-[minmax(0,1fr)_21.5rem]">
        <div class="min-w-0 space-y-6">
          <Checks title="Ends the process" aside={countOf(rejecting.length, 'check')} checks={rejecting}>
            A version that fails one of these is rejected without asking anybody.
          </Checks>
          <Checks title="Asks a person" aside={countOf(asking.length, 'check')} checks={asking}>
            Whoever approves a version that fails one of these has to answer for it.
          </Checks>
          <Card title="Source" id="source">
            <details data-print-open>
              <summary class="text-muted-foreground hover:text-foreground inline-flex items-center gap-1.5">
                <Icon name="chevron-right" class="chevron size-3.5 transition-transform" /> The YAML as it was published
              </summary>
              <pre
                class="bg-muted mt-3 max-h-[32rem] overflow-auto rounded-md p-3 font-mono text-xs leading-relaxed"
                tabindex={0}
                role="region"
                aria-label="YAML"
              >
                {policy.source}
              </pre>
            </details>
          </Card>
        </div>
        <div class="min-w-0 space-y-6">
          <Card title="Who must agree" id="sign-offs">
            <ol class="space-y-4">
              <Stage name="Validation" signOffs={[rules.validation.signOff]} />
              {rules.approval.stages.map((stage, index) => (
                <Stage
                  name={rules.approval.stages.length > 1 ? `Approval, step ${index + 1}` : 'Approval'}
                  signOffs={stage.signOffs}
                />
              ))}
            </ol>
          </Card>
          <Card title="What must come with it" id="requires">
            <Facts
              rows={[
                ['Documents', joinWords(rules.requires.documents.map(describeDocument)) || 'none'],
                ['Lineage', joinWords(rules.requires.lineage.map(describeLineage)) || 'none'],
                ['Reason', describeReasonRule(rules.reason)],
                ['Positive from', `a score of ${rules.decisionThreshold}`],
                ['Rounds', `at most ${rules.rounds.maximum}`],
              ]}
            />
          </Card>
          <Card title="Versions" id="versions">
            <p class="text-muted-foreground pb-2 text-[0.8125rem]">
              Published by {nameOf(policy.publishedBy)}, <Time at={policy.publishedAt} />
            </p>
            <ul class="flex flex-wrap gap-2">
              {policy.versions.map((version) => (
                <li>
                  {version === policy.version ? (
                    <span class="badge bg-muted" aria-current="page">
                      {version}
                    </span>
                  ) : (
                    <a class="badge hover:bg-muted" href={policyHref({ id: policy.id, version })}>
                      {version}
                    </a>
                  )}
                </li>
              ))}
            </ul>
          </Card>
        </div>
      </div>
    </div>
  );
}

function describeReasonRule(rule: PolicyView['rules']['reason']): string {
  if (rule.required === 'optional') return 'optional';
  const when = rule.required === 'always' ? 'always' : 'to reject or request changes';
  const unlike = rule.unlikeLast > 0 ? `, unlike the last ${rule.unlikeLast}` : '';
  return `${when}, at least ${rule.minimumLength} letters or digits${unlike}`;
}

function Checks({
  title,
  aside,
  checks,
  children,
}: PropsWithChildren<{ title: string; aside: Child; checks: readonly Check[] }>) {
  if (checks.length === 0) return <></>;
  return (
    <Card title={title} aside={aside} flush>
      <p class="text-muted-foreground border-b px-4 py-2.5">{children}</p>
      <ul class="divide-y">
        {checks.map((check) => (
          <li class="px-4 py-3">
            <div class="flex items-baseline justify-between gap-4">
              <h3 class="font-medium">{check.title}</h3>
              <span class="text-muted-foreground text-xs">{severityWords[check.severity]}</span>
            </div>
            <p class="text-muted-foreground leading-relaxed">{describeCheck(check)}</p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Stage({ name, signOffs }: { name: string; signOffs: readonly SignOff[] }) {
  return (
    <li>
      <h3 class="text-muted-foreground pb-1 text-xs font-medium">{name}</h3>
      <ul class="space-y-2.5">
        {signOffs.map((signOff) => (
          <li>
            <p class="font-medium">{signOff.title}</p>
            <p class="text-muted-foreground leading-relaxed">
              {describeQuorum(signOff)}, within {describeDuration(signOff.dueIn)}. When people disagree,{' '}
              {describePeople(signOff.conflict.roles, signOff.conflict.quorum)}{' '}
              {signOff.conflict.quorum === 1 ? 'settles' : 'settle'} it within{' '}
              {describeDuration(signOff.conflict.dueIn)}.
              {signOff.eligible !== undefined && (
                <>
                  {' '}
                  Asked is only of whom this is true: <code class="mono text-xs break-all">{signOff.eligible}</code>
                </>
              )}
            </p>
          </li>
        ))}
      </ul>
    </li>
  );
}

function describePeople(roles: readonly string[], quorum: number): string {
  const words = roles.map(describeRole);
  const list = words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : words.join('');
  if (quorum === 1) return `one ${list}`;
  return words.length === 1 ? `${numberWord(quorum)} ${list}s` : `${numberWord(quorum)} people (${list})`;
}

function describeQuorum(signOff: SignOff): string {
  const people = describePeople(signOff.roles, signOff.quorum);
  const departments = signOff.departments.length > 0 ? `, among them ${joinWords(signOff.departments)}` : '';
  const groups = signOff.groups.length > 0 ? ` of ${joinWords(signOff.groups)}` : '';
  const qualified = signOff.qualification === undefined ? '' : ` qualified for ${signOff.qualification}`;
  return `${people.charAt(0).toUpperCase()}${people.slice(1)}${groups}${qualified}${departments}`;
}
