import type { Person } from '../domain/actor.ts';

const person = (
  handle: string,
  name: string,
  role: Person['roles'][number],
  department: string,
  type: Person['type'] = 'user',
): Person => ({
  handle,
  name,
  email: `${handle}@example.com`,
  type,
  roles: [role],
  department,
});

/** The people of the demo; every part of the tour is played by one of them. */
export const demoPeople: readonly Person[] = [
  person('pipeline', 'Training pipeline', 'submitter', 'platform', 'service_account'),
  person('data-scientist-1', 'Dana Santos', 'submitter', 'data science'),
  person('data-scientist-2', 'Emil Berg', 'submitter', 'data science'),
  person('validator-1', 'Vera Okafor', 'validator', 'model validation'),
  person('validator-2', 'Victor Lindqvist', 'validator', 'model validation'),
  person('domain-expert', 'Dolores Ruiz', 'domain_expert', 'lending'),
  person('compliance-1', 'Carla Nowak', 'compliance', 'compliance'),
  person('compliance-2', 'Chen Wei', 'compliance', 'compliance'),
  person('auditor', 'Audrey Bell', 'auditor', 'internal audit'),
  person('admin', 'Adam Fischer', 'administrator', 'platform'),
];
