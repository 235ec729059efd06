import { shortDigest } from '../../domain/digest.ts';
import type { EvidenceInput } from '../../domain/evidence.ts';
import type { RunCheck } from '../check-result.ts';
import { formatCount, formatList } from '../format-number.ts';

/** A file with other bytes than declared fails; one that cannot be read leaves the question open. */
export const checkDigests: RunCheck<'digests'> = (_check, { inputs }) => {
  const different = inputs.filter(
    (input) => input.actualDigest !== null && input.actualDigest !== input.declaredDigest,
  );
  const unread = inputs.filter((input) => input.actualDigest === null);
  const result = { value: inputs.length - different.length - unread.length, threshold: `all of ${inputs.length}` };
  const problems = [...different.map(describeDifference), ...unread.map(({ name, problem }) => `${name}: ${problem}`)];
  if (different.length > 0) {
    return [
      {
        ...result,
        verdict: 'FAIL',
        message: `${formatCount(different.length, 'file is', 'files are')} not what was declared. ${formatList(problems)}`,
      },
    ];
  }
  if (unread.length > 0) {
    return [
      {
        ...result,
        verdict: 'NOT_ASSESSABLE',
        failsClosed: true,
        message: `${formatCount(unread.length, 'file')} cannot be read. ${formatList(problems)}`,
      },
    ];
  }
  return [
    {
      ...result,
      verdict: 'PASS',
      message: `${formatCount(inputs.length, 'file')} read, each with the digest that was declared.`,
    },
  ];
};

const describeDifference = ({ name, declaredDigest, actualDigest }: EvidenceInput): string =>
  `${name}: declared ${shortDigest(declaredDigest)}, read ${shortDigest(actualDigest ?? '')}.`;
