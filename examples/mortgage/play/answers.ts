// What the people of the demo say when `--auto` presses their buttons. Each reason is about what that person looked at.
import type { MortgageVersion } from '../submissions.ts';
import type { Finding } from './client.ts';

export interface Answer {
  by: string;
  reason: string;
  /** By the id of the finding. */
  dispositions: Record<string, { disposition: string; reason: string }>;
}

/** In the order in which they press. Version 2 stops after its validator: the rest of it is left to you. */
export const answers: Partial<Record<MortgageVersion, Answer[]>> = {
  '1': [
    {
      by: 'validator-1',
      reason:
        'Recomputed from the prediction files: ROC AUC 0.688 on 595 rows, Brier score just below the base rate. Weak, but what the card says it is, and the gap to training is within the limit.',
      dispositions: {
        'fairness-selection:afam': {
          disposition: 'RESTRICTED',
          reason:
            'Two flagged rows carry no statement about groups. Use stays at the cut-off of 0.5; any lower one comes back to validation.',
        },
        'fairness-selection:single': {
          disposition: 'ACCEPTED',
          reason: 'One flagged row in each group: there is nothing to compare yet.',
        },
      },
    },
    {
      by: 'domain-expert',
      reason:
        'Payment and loan ratios are what an underwriter looks at first, and the score is shown as advice only. I can defend each input to an applicant.',
      dispositions: {
        'fairness-selection:afam': {
          disposition: 'ACCEPTED',
          reason: 'With two flagged rows in 595 a second underwriter can see every one of them.',
        },
        'fairness-selection:single': {
          disposition: 'ACCEPTED',
          reason: 'Marital status enters nowhere, and the counts are one against one.',
        },
      },
    },
    {
      by: 'compliance-1',
      reason:
        'No protected attribute is an input, every denial is signed by a person, and the monthly rates by group are in the monitoring section.',
      dispositions: {
        'fairness-selection:afam': {
          disposition: 'MITIGATED',
          reason: 'Flagged rates by group are reported monthly, so a pattern would be seen before it is large.',
        },
        'fairness-selection:single': {
          disposition: 'ACCEPTED',
          reason: 'The test finds no difference at these counts.',
        },
      },
    },
    {
      by: 'compliance-2',
      reason:
        'I read the data sheet: labels are decisions of 1990. Acceptable as a first version for advice at 0.5, with the restriction that validation set.',
      dispositions: {
        'fairness-selection:afam': {
          disposition: 'RESTRICTED',
          reason: 'I agree with validation: the approval covers the cut-off of 0.5 and no other use.',
        },
        'fairness-selection:single': {
          disposition: 'ACCEPTED',
          reason: 'Checked the table behind the chart; one row each is no evidence of a gap.',
        },
      },
    },
  ],
  '2': [
    {
      by: 'validator-1',
      reason:
        'Clearly better than version 1 on the same 595 rows and no sign of overfitting. The gap by afam is real and is for approval to judge; the evidence about it is sound and complete.',
      dispositions: {
        'fairness-selection:afam': {
          disposition: 'RESTRICTED',
          reason:
            'The ratio of 0.09 rests on 8 flagged rows and is no accident of chance. It must be decided by lending and compliance with this number in front of them.',
        },
        'fairness-opportunity:afam': {
          disposition: 'ACCEPTED',
          reason:
            'More denials are found in the smaller group, 4 of 20 against 2 of 51. The interval is wide; I ask for it again at 500 matured labels.',
        },
      },
    },
  ],
};

/** The person's answers to these findings. Throws when there is none: nobody's judgement is made up. */
export function dispositionsFor(answer: Answer, findings: readonly Finding[]) {
  return findings.map(({ id, title }) => {
    const given = answer.dispositions[id];
    if (!given)
      throw new Error(
        `The example holds no answer of ${answer.by} to "${title}" (${id}). Decide this review in the inbox instead.`,
      );
    return { finding: id, ...given };
  });
}
