export interface MailCommand {
  verb: 'approve' | 'reject' | 'ask' | 'comment';
  text: string;
}

/** What an answer asks for: `approve: reason`, `reject: reason` or `ask: question` on its first line, else a comment. */
export function readCommand(text: string): MailCommand {
  const [, verb, rest] = /^\s*(approve|reject|ask)\s*:\s*([\s\S]*)$/i.exec(text) ?? [];
  if (verb === undefined) return { verb: 'comment', text };
  return { verb: verb.toLowerCase() as MailCommand['verb'], text: rest?.trim() ?? '' };
}
