import { InvalidArgumentError, type Command } from 'commander';
import { gateViewSchema, type GateView } from '../../api/schemas/views.ts';
import { ask } from '../api-client.ts';
import { contextOf, type Context } from '../context.ts';
import { plain } from '../output.ts';

/** The server holds each question this long; the command asks again. */
const HOLD_SECONDS = 25;

const exitCodes = { APPROVED: 0, REFUSED: 1, OPEN: 3 } as const satisfies Record<GateView['gate'], number>;

export function addWait(program: Command): void {
  program
    .command('wait')
    .summary('wait until people have decided on a version')
    .description(
      'The gate of a pipeline: waits for the decision. Exit 0 approved, 1 refused, 3 still open when the time is up.',
    )
    .argument('<model>')
    .argument('<version>')
    .option('--timeout <seconds>', 'give up after this long (default: wait as long as it takes)', wholeSeconds)
    .addHelpText('after', '\nExample:\n  $ countersign --as pipeline wait mortgage-denial 2 --timeout 3600 && deploy')
    .action(async (model: string, version: string, options: { timeout?: number }, command: Command) => {
      const context = contextOf(command);
      const path = `/v1/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`;
      answerGate(context, await waitForGate(context, path, options.timeout));
    });
}

/** Asks until the gate closes or the time is up. `path` is the version's. */
export async function waitForGate(
  { config, output }: Context,
  path: string,
  timeoutSeconds = Infinity,
): Promise<GateView> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  let said = '';
  for (;;) {
    const leftSeconds = Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
    const view = await ask(config, gateViewSchema, `${path}/gate?wait=${Math.min(HOLD_SECONDS, leftSeconds)}`);
    if (view.gate !== 'OPEN' || leftSeconds === 0) return view;
    const words = wordsOf(view);
    if (words !== said) output.note(words);
    said = words;
  }
}

export function answerGate({ output }: Context, view: GateView): void {
  output.answer(view, () => wordsOf(view));
  process.exitCode = exitCodes[view.gate];
}

const afterWords = {
  OPEN: 'its review after the fact is open',
  CONFIRMED: 'confirmed after the fact',
  REJECTED: 'rejected after the fact',
  EXPIRED: 'nobody looked at it after the fact in time',
  DROPPED: 'not looked at after the fact',
} as const satisfies Record<GateView['overrides'][number]['afterTheFact'], string>;

const emergencyOf = ({ overrides }: GateView): string =>
  overrides.map(({ signOff, afterTheFact }) => ` Let through in an emergency: ${signOff}; ${afterWords[afterTheFact]}.`).join(''); // prettier-ignore

const conditionStates = { OPEN: 'open', FULFILLED: 'done', EXPIRED: 'not kept in time' } as const;

const conditionsOf = ({ conditions }: GateView): string =>
  conditions.map(({ text, owner, dueAt, state }) => `\n  on condition: ${plain(text)} (${owner}, due ${dueAt}, ${conditionStates[state]})`).join(''); // prettier-ignore

function wordsOf(view: GateView): string {
  const { model, version, gate, stage, reason, waitingFor } = view;
  const subject = `${model} ${version} is ${stage}`;
  if (gate !== 'OPEN') return `${subject}. ${reason ?? ''}`.trim() + emergencyOf(view) + conditionsOf(view);
  const waits = waitingFor.length === 0 ? 'its checks run' : `it waits for ${waitingFor.map(({ signOff }) => signOff).join(' and ')}`; // prettier-ignore
  const emergency = emergencyOf(view);
  return `${subject}; ${waits}${emergency && `.${emergency}`}${conditionsOf(view)}`;
}

export function wholeSeconds(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('is whole seconds.');
  return Number(text);
}
