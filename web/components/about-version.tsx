import type { Child } from 'hono/jsx';
import type { ReviewView, VersionView } from '../../api/schemas/views.ts';
import type { EvidencePack } from '../../domain/evidence.ts';
import { Card, Digest, Facts, Who } from './parts.tsx';
import { useNames } from '../context.ts';
import { joinWords } from '../words/numbers.ts';
import { policyHref } from '../links.ts';
import { Candidates } from './candidates.tsx';

/** Who made it, from what, and by which rules it is judged. */
export function About({ review, version, pack }: { review: ReviewView; version: VersionView; pack: EvidencePack }) {
  const rows: [string, Child][] = [
    ...(version.description ? ([['What it is', version.description]] as [string, Child][]) : []),
    ['Asked by', <Who handle={review.requestedBy} />],
    ['Author', <Who handle={version.author} />],
    ['Contributors', version.contributors.length > 0 ? <Names handles={version.contributors} /> : 'nobody else'],
    ['Compared with', pack.champion ? `version ${pack.champion.version}` : 'nothing: no version was approved before'],
    ['Artifact', <Digest digest={version.artifactDigest} />],
    [
      'Policy',
      <>
        <a class="link" href={policyHref(version.policy)}>
          {version.policy.id}, version {version.policy.version}
        </a>{' '}
        <span class="text-muted-foreground">· criteria frozen before results were read,</span>{' '}
        <Digest digest={pack.criteriaDigest} />
      </>,
    ],
    ...(review.policy.version === version.policy.version
      ? []
      : ([
          [
            'Decided under',
            <>
              <a class="link" href={policyHref(review.policy)}>
                {review.policy.id}, version {review.policy.version}
              </a>{' '}
              <span class="text-muted-foreground">· this review was put under it after it opened</span>
            </>,
          ],
        ] as [string, Child][])),
    ['Asked', <Candidates review={review} />],
    ...(review.excluded.length > 0 ? ([['May not decide', <Excluded review={review} />]] as [string, Child][]) : []),
  ];
  return (
    <Card title="About this version" id="about">
      <Facts rows={rows} />
    </Card>
  );
}

function Names({ handles }: { handles: readonly string[] }) {
  const nameOf = useNames();
  return <>{joinWords(handles.map(nameOf))}</>;
}

function Excluded({ review }: { review: ReviewView }) {
  const nameOf = useNames();
  return <>{joinWords(review.excluded.map(({ handle, why }) => `${nameOf(handle)} (${why})`))}</>;
}
