import { expect, it } from 'vitest';
import { submittedEventSchema } from '../../domain/submission.ts';
import { buildSubmission, mortgageVersions } from './submissions.ts';

it.each(mortgageVersions)('describes version %s as the intake accepts it', (version) => {
  const body = buildSubmission(version);
  expect(submittedEventSchema.parse(body)).toMatchObject({ data: { version, owner: 'data-scientist-1' } });
});

it('names the same files by the same digests each time, so that sending it again is a replay', () => {
  expect(buildSubmission('2')).toEqual(buildSubmission('2'));
});
