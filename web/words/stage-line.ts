// A version's way as five steps: what is done, what is under way, what is to come.
import type { ProcessView, VersionView } from '../../api/schemas/views.ts';
import type { Stage } from '../../domain/stage.ts';
import { processOutcomeWords, stageWords } from './names.ts';

export interface StageStep {
  name: string;
  state: 'done' | 'current' | 'stopped' | 'ahead';
  /** When it was done, or since when it is under way. */
  at: string | null;
  /** In a word or three: `Validated`, `since`, `Rejected`. */
  words: string;
}

type Step = 'Submitted' | 'Validation' | 'Approval' | 'Warm-up' | 'Challenger' | 'Champion';
const steps: readonly Step[] = ['Submitted', 'Validation', 'Approval', 'Warm-up', 'Challenger', 'Champion'];

/** The step that a stage belongs to, and whether the stage means that it is under way or done. */
const places: Partial<Record<Stage, { step: Step; isDone: boolean }>> = {
  registered: { step: 'Submitted', isDone: true },
  validating: { step: 'Validation', isDone: false },
  validated: { step: 'Validation', isDone: true },
  approving: { step: 'Approval', isDone: false },
  approved: { step: 'Approval', isDone: true },
  warming_up: { step: 'Warm-up', isDone: false },
  challenging: { step: 'Challenger', isDone: false },
  champion: { step: 'Champion', isDone: true },
  retired: { step: 'Champion', isDone: true },
  deleted: { step: 'Champion', isDone: true },
};
const kindOf: Partial<Record<Step, ProcessView['kind']>> = {
  Validation: 'validation',
  Approval: 'approval',
  'Warm-up': 'warm_up',
  Challenger: 'challenger',
};

export function describeStages(
  version: Pick<VersionView, 'stage' | 'processes' | 'createdAt' | 'updatedAt' | 'round'>,
  /** Processes that went on by a broken glass. */
  overridden: ReadonlySet<string> = new Set(),
): StageStep[] {
  const place = places[version.stage];
  const latest = (step: Step) =>
    version.processes.filter((process) => process.kind === kindOf[step] && process.round === version.round).at(-1);
  // Versions that left the way stopped at the last step that had begun.
  const reached =
    place?.step ?? steps.findLast((step) => step === 'Submitted' || latest(step) !== undefined) ?? 'Submitted';
  const position = steps.indexOf(reached);
  return steps.map((name, index): StageStep => {
    const process = latest(name);
    if (index > position) return { name, state: 'ahead', at: null, words: '' };
    if (index < position || place?.isDone) {
      if (name === 'Submitted') return { name, state: 'done', at: version.createdAt, words: '' };
      const words =
        name === 'Champion'
          ? stageWords[version.stage]
          : process?.outcome
            ? `${processOutcomeWords[process.outcome]}${overridden.has(process.id) ? ' in an emergency' : ''}`
            : 'Done';
      return { name, state: 'done', at: process?.endedAt ?? (name === 'Champion' ? version.updatedAt : null), words };
    }
    if (!place)
      return { name, state: 'stopped', at: process?.endedAt ?? version.updatedAt, words: stageWords[version.stage] };
    return { name, state: 'current', at: process?.startedAt ?? version.updatedAt, words: 'since' };
  });
}
