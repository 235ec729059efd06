import { expect, it } from 'vitest';
import { questionOf } from './review-wording.ts';

it('a validation asks for what its answer does: approval, or to be put to it', () => {
  const subject = { model: 'churn', version: '4', incumbent: null };
  expect(questionOf('validation', 'sign_off', { ...subject, endsWithValidation: false })).toBe(
    'Is version 4 of churn sound enough to be put to approval?',
  );
  expect(questionOf('validation', 'sign_off', { ...subject, endsWithValidation: true })).toBe(
    'May version 4 of churn go to production?',
  );
});
