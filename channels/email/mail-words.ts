import type { AssuranceLevel } from '../../domain/assurance.ts';
import type { CardDecision, CardFinding } from '../../domain/card.ts';
import type { DecisionOutcome } from '../../domain/review.ts';
import type { RiskTier } from '../../domain/submission.ts';
import { findingName } from '../../domain/finding-name.ts';
import { oneLine } from './clean-text.ts';
import type { FindingLine, Mark } from './mail-content.ts';

export const tierWords: Record<RiskTier, string> = { low: 'low risk', medium: 'medium risk', high: 'high risk' };

const decidedWords: Record<DecisionOutcome, string> = {
  APPROVED: 'approved',
  REJECTED: 'rejected',
  CHANGES_REQUESTED: 'requested changes',
  ABSTAINED: 'abstained',
};

export const outcomeVerbs = { APPROVED: 'approve', CHANGES_REQUESTED: 'request changes', REJECTED: 'reject' } as const;

export const placeWords: Record<AssuranceLevel, string> = {
  email: 'here',
  slack: 'signed in on its page, or in Slack',
  web: 'signed in on its page',
  webStepUp: 'signed in on its page, proving once more who you are',
};

const verdicts: Record<CardFinding['verdict'], { mark: Mark; word: string }> = {
  FAIL: { mark: 'fail', word: 'To judge' },
  WARN: { mark: 'warn', word: 'Warning' },
  PASS: { mark: 'pass', word: 'Passed' },
  NOT_ASSESSABLE: { mark: 'none', word: 'Not assessed' },
};

const formatValue = (value: number): string =>
  (Number.isInteger(value) && Math.abs(value) > 1 ? value.toLocaleString('en-GB') : value.toFixed(3)).replace('-', '−');

export function findingLine(finding: CardFinding): FindingLine {
  const measures = [
    ...(finding.value === null ? [] : [formatValue(finding.value)]),
    ...(finding.limit === null ? [] : [`limit ${oneLine(finding.limit, 60)}`]),
  ];
  return {
    ...verdicts[finding.verdict],
    title: oneLine(findingName(finding), 160),
    message: oneLine(finding.message, 600),
    measure: measures.join(' · '),
  };
}

/** `Tue 24 Nov 2026, 18:00 CET`, in the reader's own zone. */
export function formatMoment(instant: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: knownZone(timeZone),
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).formatToParts(new Date(instant));
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('weekday')} ${of('day')} ${of('month')} ${of('year')}, ${of('hour')}:${of('minute')} ${of('timeZoneName')}`;
}

function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

/** `Vera Okafor approved on Tue 24 Nov 2026, 18:00 CET` and the reason, as far as it may be told here. */
export const decisionQuote = ({ by, outcome, reason, at, voided }: CardDecision, timeZone: string) => ({
  said: `${oneLine(by.name, 120)} ${decidedWords[outcome]} on ${formatMoment(at, timeZone)}${voided === null ? '' : `. No longer counts: ${oneLine(voided, 400)}`}`,
  reason: reason === null || reason.trim() === '' ? null : oneLine(reason, 1_000),
});

export const countOf = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
