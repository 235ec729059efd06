import { describe, expect, it } from 'vitest';
import { warningIn } from './supervised-program.ts';

describe('warningIn', () => {
  it('shows warnings and errors with their cause, each on one line', () => {
    const line = { level: 50, msg: 'The relay will try again', err: { message: 'Failed query:\nUPDATE outbox' } };
    expect(warningIn(JSON.stringify(line))).toBe('The relay will try again (Failed query:)');
  });

  it.each([
    ['information', '{"level":30,"msg":"The server is ready"}'],
    ['what is no log line', 'Starting'],
    ['half of a log line', '{"level":50,"msg":"The se'],
  ])('leaves %s to the log file', (_kind, line) => {
    expect(warningIn(line)).toBeUndefined();
  });
});
