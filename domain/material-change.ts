import { canonicalJson } from './canonical.ts';
import { changeClasses, type ChangeClass, type ReviewRules } from './review-policy.ts';
import type { Submission } from './submission.ts';

/** What a change of each class touches. */
const partsOf: Record<ChangeClass, (submission: Submission) => unknown> = {
  metrics: ({ predictions, metrics, columns }) => [predictions, metrics, columns],
  data: ({ lineage }) => lineage.trainingData,
  artifact: ({ artifact, task }) => [artifact, task],
  document: ({ documents, description }) => [documents, description ?? null],
  code: ({ lineage }) => [lineage.code ?? null, lineage.environment ?? null, lineage.run ?? null],
};

const partOf = (name: ChangeClass, submission: Submission): string => canonicalJson(partsOf[name](submission) ?? null);

/** What changed between two rounds of evidence. */
export const changesBetween = (before: Submission, after: Submission): ChangeClass[] =>
  changeClasses.filter((name) => partOf(name, before) !== partOf(name, after));

/** Whether decisions that were given before stand on: only when the policy keeps them for everything that changed. */
export const keepsDecisions = (rules: Pick<ReviewRules, 'materialChange'>, changes: readonly ChangeClass[]): boolean =>
  changes.length > 0 && changes.every((name) => rules.materialChange[name] === 'keep');
