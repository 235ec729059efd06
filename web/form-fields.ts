/** The fields of a form, as `parseBody({ all: true })` reads them. */
export type FormFields = Record<string, string | File | (string | File)[]>;

/** The first value of a field, with line ends as we keep them; empty when it was not sent. */
export function fieldOf(fields: FormFields, name: string): string {
  const value = fields[name];
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first.replaceAll('\r\n', '\n') : '';
}
