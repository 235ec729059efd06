import type { SimulationView } from '../api/schemas/simulation-views.ts';
import { plain, table } from './output.ts';

type Replay = NonNullable<SimulationView['replay']>['decided'];

/** A simulation in words, for a terminal. */
export function describeSimulation({ policy, subject, signOffs, replay }: SimulationView): string {
  const parts = [
    `${policy.title} (${policy.id}${policy.version === null ? ', a draft' : ` version ${policy.version}`}). Nothing was changed.`,
    ...(subject ? [describeSubject(subject)] : []),
    ...signOffs.map(describeSignOff),
  ];
  if (replay) {
    const cut = replay.isCut ? ' Only the newest were looked at.' : '';
    parts.push(
      `Decided since ${replay.since.slice(0, 10)}: ${describeReplay(replay.decided)}${cut}`,
      `Open: ${describeReplay(replay.open)}`,
      replay.notes.join('\n'),
    );
  }
  return parts.join('\n\n');
}

function describeSubject({ model, version, blocked, checks }: NonNullable<SimulationView['subject']>): string {
  const verdict =
    blocked === null
      ? 'whether a check would block it cannot be told without its files'
      : blocked
        ? 'a check would block it'
        : 'no check would block it';
  const head = `${plain(model)} ${plain(version)}: ${verdict}.`;
  if (checks.length === 0) return head;
  const rows = checks.map(({ check, subject, was, verdict: now, blocks, message }) => [
    subject === null ? check : `${check}:${plain(subject)}`,
    was ?? '–',
    now ?? 'files needed',
    blocks ? 'blocks' : '',
    plain(message),
  ]);
  return `${head}\n${table(['check', 'was', 'would be', '', ''], rows)}`;
}

function describeSignOff({ title, stage, quorum, dueAt, may, mayNot, rerouted, stuck }: SimulationView['signOffs'][number]): string {
  return [
    `${title}${stage === null ? '' : `, stage ${stage}`}: ${quorum} of ${may.length === 0 ? 'nobody' : may.map(({ handle, via }) => (via === null ? handle : `${handle} (${via})`)).join(', ')}, by ${dueAt.slice(0, 16).replace('T', ' ')} UTC`,
    ...stuck.map((line) => `  stuck: ${plain(line)}`),
    ...(rerouted === null ? [] : [`  ${plain(rerouted)}`]),
    ...mayNot.map(({ handle, why }) => `  not ${handle}: ${plain(why)}`),
  ].join('\n');
} // prettier-ignore

function describeReplay({ reviews, changed, moves, items }: Replay): string {
  const head = `${reviews} reviews, ${changed} would end otherwise${changed === 0 ? '.' : ` (${Object.entries(moves).map(([move, count]) => `${move}: ${count}`).join(', ')}).`}`; // prettier-ignore
  if (items.length === 0) return head;
  const rows = items.map(({ reviewId, model, version, signOff, outcome, wouldBe, why }) => [
    reviewId,
    `${plain(model)} ${plain(version)}`,
    signOff,
    outcome === wouldBe ? outcome : `${outcome} → ${wouldBe}`,
    plain(why.join(' ')),
  ]);
  return `${head}\n${table(['review', 'version', 'sign-off', 'outcome', 'why'], rows)}`;
}
