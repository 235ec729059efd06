import type { CheckResult, RunCheck } from '../check-result.ts';
import { formatCount, formatList } from '../format-number.ts';

/** Missing and empty documents fail; one that is named but cannot be read leaves the question open. */
export const checkDocuments: RunCheck<'documents'> = (_check, { rules, documents }) => {
  const required = rules.requires.documents;
  const absent: string[] = [];
  const empty: string[] = [];
  const unread: string[] = [];
  for (const kind of required) {
    const given = documents.filter((document) => document.kind === kind);
    const readable = given.filter((document) => document.digest !== null);
    if (given.length === 0) absent.push(kind);
    else if (readable.length === 0) unread.push(`${kind}: ${given[0]?.problem ?? ''}`);
    else if (readable.every((document) => document.empty)) empty.push(kind);
  }
  const present = required.length - absent.length - empty.length - unread.length;
  const result: Pick<CheckResult, 'value' | 'threshold'> = { value: present, threshold: `all of ${required.length}` };
  const problems = [
    ...(absent.length > 0 ? [`Missing: ${formatList(absent)}.`] : []),
    ...(empty.length > 0 ? [`Empty: ${formatList(empty)}.`] : []),
    ...(unread.length > 0 ? [`Cannot be read: ${formatList(unread)}`] : []),
  ].join(' ');
  if (absent.length + empty.length > 0) return [{ ...result, verdict: 'FAIL', message: problems }];
  if (unread.length > 0) return [{ ...result, verdict: 'NOT_ASSESSABLE', failsClosed: true, message: problems }];
  const message =
    required.length === 0
      ? 'No document is required.'
      : `${formatCount(required.length, 'required document')} there: ${formatList(required)}.`;
  return [{ ...result, verdict: 'PASS', message }];
};
