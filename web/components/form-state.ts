// What a person has said so far in the decision form, and what was wrong with it.

export interface ConditionDraft {
  text: string;
  owner: string;
  /** A day, `2026-11-24`; empty where none was chosen. */
  dueAt: string;
  expiresAt: string;
}

export interface FormState {
  outcome: string;
  reason: string;
  /** By the finding's id. */
  dispositions: ReadonlyMap<string, { disposition: string; reason: string }>;
  conditions: readonly ConditionDraft[];
  /** `countsAt` as the field gives it. */
  deferral: { check: string; countsAt: string };
  /** By the name of the policy's question, as written. */
  answers: ReadonlyMap<string, string>;
  problem?: { title: string; detail: string };
  /** By field: `outcome`, `reason`, `condition.0`, `deferral`, `field.<name>`, or a finding's id. */
  errors: ReadonlyMap<string, string>;
}

/** As many conditions as the form has room for; the API takes more. */
export const conditionRows = 3;

export const emptyForm: FormState = {
  outcome: '',
  reason: '',
  dispositions: new Map(),
  conditions: [],
  deferral: { check: '', countsAt: '' },
  answers: new Map(),
  errors: new Map(),
};
