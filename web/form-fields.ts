import { Refused } from '../domain/errors.ts';

/** The fields of a form, as `parseBody({ all: true })` reads them. */
export type FormFields = Record<string, string | File | (string | File)[]>;

/** What a field says, with line ends as we keep them; empty when it was not sent. Throws INVALID where it came twice: none of the two is what was meant. */
export function fieldOf(fields: FormFields, name: string): string {
  const value = fields[name];
  if (Array.isArray(value))
    throw new Refused('INVALID', `The form says twice what ${name} is. Nothing was recorded.`, {
      errors: [{ pointer: `/${name}`, message: 'was sent twice' }],
    });
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n') : '';
}
