import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildPolicySchema } from './build-policy-schema.ts';
import { formatPolicyProblem, parsePolicy } from './parse-policy.ts';

const read = (name: string) => readFile(join(import.meta.dirname, name), 'utf8');
const high = await read('high.yaml');

/** The problems of the high policy after one change to its text. */
function problemsAfter(from: string | RegExp, to: string): string[] {
  const text = high.replace(from, to);
  expect(text).not.toBe(high);
  const parsed = parsePolicy(text, 'high.yaml');
  return parsed.ok ? [] : parsed.problems.map(formatPolicyProblem);
}

const lineOf = (needle: string): number => high.slice(0, high.indexOf(needle)).split('\n').length;

describe('the policies that ship', () => {
  it.each(['low', 'medium', 'high'] as const)(
    '%s parses, covers its own tier and is valid in an editor too',
    async (tier) => {
      const text = await read(`${tier}.yaml`);
      const parsed = parsePolicy(text, `${tier}.yaml`);
      expect(parsed.ok ? parsed.policy.riskTier : parsed.problems).toBe(tier);
      expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./schema.json');
      const validate = new Ajv({ strict: false }).compile(JSON.parse(await read('schema.json')) as object);
      validate(parse(text));
      expect(validate.errors).toBeNull();
    },
  );

  it('ask for more documents and more people as the risk rises', async () => {
    const [low, medium, strict] = await Promise.all(
      ['low.yaml', 'medium.yaml', 'high.yaml'].map(async (name) => {
        const parsed = parsePolicy(await read(name), name);
        if (!parsed.ok) throw new Error(parsed.problems.map(formatPolicyProblem).join('\n'));
        return parsed.policy;
      }),
    );
    expect(low?.requires.documents).toEqual(['model_card']);
    expect(medium?.requires.documents).toEqual(['model_card', 'data_sheet']);
    expect(strict?.requires.documents).toEqual(['model_card', 'data_sheet', 'validation_plan']);
    expect(low?.approval.stages).toEqual([]);
    expect(
      medium?.approval.stages.map(({ signOffs }) => signOffs.map(({ roles, quorum }) => [...roles, quorum])),
    ).toEqual([[['compliance', 1]]]);
    expect(strict?.approval.stages.map(({ signOffs }) => signOffs.map(({ roles, quorum }) => [...roles, quorum]))).toEqual([
      [['domain_expert', 1], ['compliance', 2]],
    ]); // prettier-ignore
    for (const policy of [low, medium, strict])
      expect(policy?.validation.signOff).toMatchObject({ roles: ['validator'], quorum: 1 });
  });

  it('have a JSON Schema that is current', async () => {
    expect(JSON.parse(await read('schema.json'))).toEqual(JSON.parse(JSON.stringify(buildPolicySchema())));
  });
});

describe('parsePolicy', () => {
  it('names the line and field of a misspelt field', () => {
    const problems = problemsAfter('minimumDistinct: 10', 'minimumDistinkt: 10');
    expect(problems).toEqual([
      `high.yaml:${lineOf('minimumDistinct')}:5 checks[8].minimumDistinkt: There is no such field here.`,
    ]);
  });

  it('names every mistake of a file at once, from top to bottom', () => {
    const problems = problemsAfter(/severity: critical([\s\S]*)quorum: 2/, 'severity: urgent$1quorum: two');
    expect(problems).toEqual([
      `high.yaml:${lineOf('severity')}:5 checks[0].severity: "urgent" is none of critical, major, minor.`,
      expect.stringMatching(
        /^high\.yaml:\d+:\d+ approval\.stages\[0\]\.signOffs\[1\]\.quorum: Invalid input: expected number/,
      ),
    ]);
  });

  it('points a missing field at the mapping that lacks it', () => {
    expect(problemsAfter('title: High risk\n', '')).toEqual([
      expect.stringMatching(/^high\.yaml:2:1 title: This field is missing\./),
    ]);
    expect(problemsAfter('    kind: digests\n', '')).toEqual([
      expect.stringMatching(
        new RegExp(`^high\\.yaml:${lineOf('- id: digests')}:5 checks\\[0\\]\\.kind: This field is missing\\.`),
      ),
    ]);
  });

  it('names the second of two checks or sign-offs of one name', () => {
    expect(problemsAfter('- id: documents', '- id: digests')).toEqual([
      `high.yaml:${lineOf('- id: documents')}:5 checks[1].id: Is used twice: digests`,
    ]);
    expect(problemsAfter('name: compliance', 'name: validation')).toEqual([
      expect.stringContaining('approval.stages[0].signOffs[1].name: Is used twice: validation'),
    ]);
  });

  it('refuses a metric check that sets no limit', () => {
    expect(problemsAfter('    threshold: 0.6\n', '')).toEqual([
      `high.yaml:${lineOf('- id: baseline-roc-auc')}:5 checks[10]: Names none of threshold, min_absolute_change, min_relative_change`,
    ]);
  });

  it.each([
    ['a doubled field', 'id: high\nid: low\n', '2:1', 'This field is given twice.'],
    ['an open bracket', 'id: high\nchecks: [\n', '3:1', 'Flow sequence'],
    ['an unknown alias', 'id: high\ntitle: *name\n', '', 'alias'],
    ['a second document', 'id: high\n---\nid: low\n', '2:1', 'more than one document'],
    ['a tag that would build an object', 'id: !!js/function "x"\n', '1:5', 'tag'],
    ['an empty file', '', '1:1', 'holds no policy'],
    ['a list', '- id: high\n', '1:1', 'expected object'],
    ['plain text', 'high', '1:1', 'expected object'],
  ])('refuses %s and says where', (_what, text, place, message) => {
    const parsed = parsePolicy(text, 'x.yaml');
    expect(parsed.ok).toBe(false);
    const [problem] = parsed.ok ? [] : parsed.problems.map(formatPolicyProblem);
    expect(problem).toContain(`x.yaml:${place}`);
    expect(problem).toContain(message);
  });

  it('refuses a file whose aliases would grow without bound', () => {
    const layers = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++)
      layers.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`);
    const parsed = parsePolicy(layers.join('\n'), 'x.yaml');
    expect(parsed.ok ? [] : parsed.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('Excessive alias count'),
    ]);
  });
});
