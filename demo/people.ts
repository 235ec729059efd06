import type { Person } from '../domain/actor.ts';

export interface DemoPerson extends Person {
  /** Who they are in the demo's Slack, linked from the start. */
  slackUserId: string;
}

const person = (
  handle: string,
  name: string,
  slackUserId: string,
  role: Person['roles'][number],
  department: string,
  type: Person['type'] = 'user',
): DemoPerson => ({
  handle,
  name,
  email: `${handle}@example.com`,
  type,
  roles: [role],
  department,
  slackUserId,
});

/** The people of the demo; every part of the tour is played by one of them. */
export const demoPeople: readonly DemoPerson[] = [
  person('pipeline', 'Training pipeline', 'U0PIPELINE', 'submitter', 'platform', 'service_account'),
  person('data-scientist-1', 'Dana Santos', 'U0DANASANT', 'submitter', 'data science'),
  person('data-scientist-2', 'Emil Berg', 'U0EMILBERG', 'submitter', 'data science'),
  person('validator-1', 'Vera Okafor', 'U0VERAOKAF', 'validator', 'model validation'),
  person('validator-2', 'Victor Lindqvist', 'U0VICTORLI', 'validator', 'model validation'),
  person('domain-expert', 'Dolores Ruiz', 'U0DOLORESR', 'domain_expert', 'lending'),
  person('compliance-1', 'Carla Nowak', 'U0CARLANOW', 'compliance', 'compliance'),
  person('compliance-2', 'Chen Wei', 'U0CHENWEI1', 'compliance', 'compliance'),
  person('auditor', 'Audrey Bell', 'U0AUDREYBE', 'auditor', 'internal audit'),
  person('admin', 'Adam Fischer', 'U0ADAMFISC', 'administrator', 'platform'),
];
