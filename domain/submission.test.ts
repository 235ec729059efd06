import { describe, expect, it } from 'vitest';
import { intakeSchema } from './submission.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const event = (data: Record<string, unknown> = {}) => ({
  type: 'model_version.submitted',
  timestamp: '2026-11-21T10:00:00Z',
  data: {
    model: 'mortgage-denial',
    version: '2',
    riskTier: 'high',
    task: 'binary_classification',
    owner: 'o',
    author: 'a',
    artifact: { uri: 'file:///m.pkl', digest },
    ...data,
  },
});
const isTaken = (body: unknown) => intakeSchema.safeParse(body).success;

describe('intakeSchema', () => {
  it('takes the least a version needs, and fills in what a reader may rely on', () => {
    const parsed = intakeSchema.parse(event());
    expect(parsed.data).toMatchObject({
      contributors: [],
      documents: [],
      columns: { id: 'id', label: 'label', score: 'score', protected: [] },
    });
  });

  it.each([
    ['an unknown field', event({ aproved: true })],
    ['an unknown event', { ...event(), type: 'model_version.approved' }],
    ['a digest in capitals', event({ artifact: { uri: 'file:///m.pkl', digest: digest.toUpperCase() } })],
    ['a relative path', event({ artifact: { uri: '../m.pkl', digest } })],
    ['a path in the model name', event({ model: '../../etc' })],
    ['a NUL in the text', event({ description: 'a\u0000b' })],
    ['half a surrogate pair', event({ description: '\ud800' })],
    ['no owner', event({ owner: '' })],
    ['a metric that is no number', event({ metrics: { validation: { roc_auc: '0.8' } } })],
    ['an unknown data set', event({ metrics: { test: { roc_auc: 0.8 } } })],
    ['an unknown tier', event({ riskTier: 'none' })],
  ])('refuses %s', (_, body) => {
    expect(isTaken(body)).toBe(false);
  });
});
