import { describe, expect, it } from 'vitest';
import { createTurns } from './in-turn.ts';

describe('works in turn', () => {
  it('go one after the other on one key, also after one that failed, and side by side on different keys', async () => {
    const inTurn = createTurns();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (name === 'a') throw new Error('a fails');
      return name;
    };
    const answers = await Promise.allSettled([
      inTurn('one', work('a')),
      inTurn('one', work('b')),
      inTurn('two', work('c')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(log.indexOf('b begins')).toBeGreaterThan(log.indexOf('a ends'));
    expect(log.indexOf('c begins')).toBeLessThan(log.indexOf('a ends'));
  });
});
