import type { PropsWithChildren } from 'hono/jsx';
import type { ReviewView } from '../../api/schemas/views.ts';
import { findingName } from '../../domain/finding-name.ts';
import type { DecideCommand } from '../../domain/review.ts';
import { useNames } from '../context.ts';
import { dispositionWords, outcomeWords } from '../words/names.ts';
import { formatDay } from '../words/times.ts';
import { answerWords } from './decision-made.tsx';
import { Time } from './time.tsx';

/** All of a decision that a signature stands under, before it is given. */
export function WhatIsSigned({ review, command }: { review: ReviewView; command: DecideCommand }) {
  const nameOf = useNames();
  const { dispositions, conditions = [], deferral, fields = {} } = command.form;
  const nameFinding = (id: string) => {
    const finding = review.findingsToAnswer.find((candidate) => candidate.id === id);
    return finding ? findingName(finding) : id;
  };
  return (
    <>
      <Row label="Question">{review.question}</Row>
      <Row label="About">
        {review.modelVersion.model} {review.modelVersion.version}
      </Row>
      <Row label="Decision">
        <span class="font-medium">{outcomeWords[command.outcome]}</span>
      </Row>
      <Row label="Reason">{command.reason === '' ? 'none given' : `“${command.reason}”`}</Row>
      {dispositions.map(({ finding, disposition, reason }) => (
        <Row label="Finding">
          {nameFinding(finding)}: {dispositionWords[disposition].toLowerCase()}. “{reason}”
        </Row>
      ))}
      {review.form
        .filter(({ name }) => fields[name] !== undefined)
        .map(({ name, label }) => (
          <Row label="Answer">
            {label}: {answerWords(fields[name])}
          </Row>
        ))}
      {conditions.map(({ text, owner, dueAt, expiresAt }) => (
        <Row label="Condition">
          “{text}” {nameOf(owner)}, by {formatDay(dueAt)}
          {expiresAt && `, expires ${formatDay(expiresAt)}`}
        </Row>
      ))}
      {deferral && (
        <Row label="Counts">
          on <Time at={deferral.countsAt} />, if {deferral.check} still holds then
        </Row>
      )}
      <Row label="Evidence">
        <span class="font-mono text-xs break-all">{command.evidenceDigest}</span>
      </Row>
    </>
  );
}

function Row({ label, children }: PropsWithChildren<{ label: string }>) {
  return (
    <>
      <dt class="text-muted-foreground">{label}</dt>
      <dd class="break-words">{children}</dd>
    </>
  );
}
