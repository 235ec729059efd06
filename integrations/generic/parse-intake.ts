import { Refused } from '../../domain/errors.ts';
import { intakeSchema, type Intake } from '../../domain/submission.ts';

/** The body of a generic webhook. Throws INVALID with a JSON pointer for each field that is wrong, missing or unknown. */
export function parseIntake(body: unknown): Intake {
  const parsed = intakeSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) => {
    const pointer =
      `/${issue.path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`.replace(
        /^\/$/,
        '',
      );
    if (issue.code !== 'unrecognized_keys') return [{ pointer, message: issue.message }];
    return issue.keys.map((key) => ({ pointer: `${pointer}/${key}`, message: 'is not a field of this event' }));
  });
  throw new Refused('INVALID', errors.length === 1 ? 'One field is wrong.' : `${errors.length} fields are wrong.`, {
    errors: errors.slice(0, 50),
  });
}
