import { expect, it } from 'vitest';
import { findingName } from './finding-name.ts';

it.each([
  ['auc-floor', 'Ranking on held-out data', 'Ranking on held-out data'],
  ['fairness-selection:afam', 'Selection rates', 'Selection rates: afam'],
  ['drift:income:monthly', 'Drift', 'Drift: income:monthly'],
  ['drift:income', 'Drift of income', 'Drift of income'],
])('%s, titled %s, is told as %s', (id, title, name) => {
  expect(findingName({ id, title })).toBe(name);
});
