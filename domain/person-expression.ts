// Expressions of a policy over a person, a model and a version, in CEL (https://cel.dev).
import { Environment } from '@marcbachmann/cel-js';
import type { KnownPerson, VersionInQuestion } from './eligibility.ts';

const environment = new Environment({
  limits: { maxAstNodes: 500, maxDepth: 40, maxListElements: 100, maxMapEntries: 50, maxCallArguments: 16 },
})
  .registerVariable({
    name: 'person',
    schema: {
      handle: 'string',
      name: 'string',
      email: 'string',
      roles: 'list<string>',
      groups: 'list<string>',
      department: 'string',
      timeZone: 'string',
      qualifications: 'list<string>',
    },
  })
  .registerVariable({ name: 'model', schema: { name: 'string', task: 'string', riskTier: 'string' } })
  .registerVariable({
    name: 'version',
    schema: {
      name: 'string',
      owner: 'string',
      author: 'string',
      contributors: 'list<string>',
      submittedBy: 'string',
    },
  });

/** What is wrong with an expression; undefined when it is true or false for every person. */
export function expressionProblem(expression: string): string | undefined {
  const checked = environment.check(expression);
  if (!checked.valid) return checked.error?.message.split('\n')[0] ?? 'is no CEL expression';
  return checked.type === 'bool' ? undefined : `is ${checked.type}, not true or false`;
}

const parsed = new Map<string, ReturnType<typeof environment.parse>>();

function parse(expression: string): ReturnType<typeof environment.parse> {
  let known = parsed.get(expression);
  if (!known) {
    if (parsed.size >= 500) parsed.clear();
    known = environment.parse(expression);
    parsed.set(expression, known);
  }
  return known;
}

/** Whether the expression is true of this person; what cannot be evaluated is not. `at` is RFC 3339. */
export function isTrueOf(expression: string, person: KnownPerson, version: VersionInQuestion, at: string): boolean {
  try {
    return (
      parse(expression)({
        person: {
          handle: person.handle,
          name: person.name,
          email: person.email,
          roles: [...person.roles],
          groups: [...person.groups],
          department: person.department ?? '',
          timeZone: person.timeZone,
          qualifications: person.qualifications
            .filter(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > Date.parse(at))
            .map(({ name }) => name),
        },
        model: { name: version.model, task: version.task, riskTier: version.riskTier },
        version: {
          name: version.version,
          owner: version.owner,
          author: version.author,
          contributors: [...version.contributors],
          submittedBy: version.submittedBy ?? '',
        },
      }) === true
    );
  } catch {
    return false;
  }
}
